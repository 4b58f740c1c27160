"""The auction as ``/api/v1``."""
