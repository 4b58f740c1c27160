"""Where a page may send its reader next: only to pages of this platform."""

from urllib.parse import urlsplit


def own_page(wanted: str | None, otherwise: str) -> str:
    """``wanted`` if it is a path on this platform, else ``otherwise``.

    Refused are other sites in every spelling browsers understand: ``https://…``, ``//host``,
    a backslash for a slash, and control characters that they drop while reading.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in wanted):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted
