"""Uploads that show their way: the page's script sends the form, and the browser goes on by itself."""

from typing import Final

from flask import Response, request

ASKED: Final = "X-Upload"
WHERE: Final = "X-Location"


def say_where(response: Response) -> Response:
    """Name the next page instead of leading there: what that page says once must be said to the person."""
    if request.headers.get(ASKED) != "1" or not 300 <= response.status_code < 400:
        return response
    response.headers[WHERE] = response.headers.pop("Location")
    response.status_code = 204
    response.set_data(b"")
    return response
