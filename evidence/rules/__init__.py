"""A sale as a film: each attempt with the standing it met. Pure."""
