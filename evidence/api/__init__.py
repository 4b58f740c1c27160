"""Looking back, as ``/api/v1``."""
