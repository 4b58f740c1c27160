"""A witness of logs (C2SP tlog-witness): a service of its own, with a key, a memory and nothing else of ours.

It needs no database of the platform and no secret of it. An independent body runs it; a demo runs three.
"""
