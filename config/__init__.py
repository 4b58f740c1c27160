"""Settings of an installation, the log format, and the law as data (``rules/``)."""
