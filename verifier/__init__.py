"""The verifier: one file for people who trust nobody; it stands on no floor.

`verify.py` imports nothing of the platform. It is a second implementation of the public formats,
written from their description alone: what it recomputes and what the platform decided must be the
same. Words: check, refusal (of an input that does not fit), field (the path of what does not fit).
"""
