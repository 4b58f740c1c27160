"""Cases for programs: what the pages do, under ``/api/v1``."""
