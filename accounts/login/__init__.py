"""Signing in: who is behind a request or socket event, and how often one may try."""
