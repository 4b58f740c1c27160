"""The HTTP edge: guards, CSRF, security headers, and one answer to every error.

A program gets problem JSON (RFC 9457), a person a page in their language. An unforeseen
fault gets an incident number; its text goes to the log and never to the client.
"""

import secrets
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel import arrivals, compression, standstill
from kernel.access import current_actor, guard_of
from kernel.database import is_away
from kernel.errors import N_, DomainError, InvalidInput, NotSignedIn, Unavailable
from kernel.forgery import Protection
from kernel.languages import explain, list_obstacles, say
from kernel.openapi import PROBLEM, DescribedApi, DescribedBlueprint
from kernel.schemas import UNWRITABLE, flatten

log = structlog.get_logger()
csrf = Protection()
api = DescribedApi()

SIGN_IN: Final = "/login"
"""Where a page sends a person who must sign in first; ``next`` says where they wanted to go."""

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

_PAGES: Final = frozenset({401, 403, 404, 409, 422, 429, 500, 503})
"""What has a page of its own."""
_HTTP_WORDS: Final = {
    400: N_("请求不完整或格式不对。"), 404: N_("找不到您要的页面。"),
    405: N_("这个地址不接受这种请求。"), 413: N_("上传的内容太大。"),
    415: N_("这个地址不接受这种格式。"), 422: N_("填写的内容有误，请按提示修改。"),
    429: N_("操作太频繁，请稍后再试。"),
}


class _Parser(FlaskParser):
    """Arguments of an API route: unknown members are refused, errors become ours."""

    def handle_error(self, error: ValidationError, req: Any, schema: Any, *,
                     error_status_code: int | None, error_headers: Any) -> Any:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        if isinstance(messages, dict) and set(messages) <= {"json", "query", "form", "files"}:
            messages = {name: found for part in messages.values() for name, found in part.items()}
        raise InvalidInput(flatten(messages)) from error

    def _handle_invalid_json_error(self, error: Exception, req: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise InvalidInput({"": N_("应为 UTF-8 编码的 JSON。")}) from error


class ApiBlueprint(DescribedBlueprint):
    """A part of ``/api/v1``: strict input, our errors, the same guards as pages."""

    ARGUMENTS_PARSER = _Parser()


def init_app(app: Flask) -> None:
    """Install the edge on the app."""
    app.config.update(
        API_TITLE="落槌 Luochui", API_VERSION="v1", OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1", OPENAPI_JSON_PATH="openapi.json",
        WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=64 * 2**20,
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
    )
    csrf.init_app(app)
    api.init_app(app)
    compression.init_app(app)
    app.before_request(_guard)
    app.teardown_request(arrivals.leave)
    app.after_request(_secure)
    for kind in (DomainError, HTTPException, CSRFError, Exception):
        app.register_error_handler(kind, _answer)


def behind(wsgi_app: Any, proxies: int) -> Any:
    """Believe what this many proxies in front say of the visitor's address; nobody else's word."""
    if proxies == 0:
        return wsgi_app
    return ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)


def _guard() -> None:
    view = app_view()
    arrivals.enter(view)  # first thing: the time of entry into the system counts (AUC-20.6)
    g.pop("actor", None)  # each request is asked anew, also where requests share a context
    standstill.check(request.endpoint)
    if view is None:
        return
    _check_address()
    guard = guard_of(view)
    if guard is not None:
        guard.check(current_actor())
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _needs_no_csrf_token():
        csrf.protect()


def _check_address() -> None:
    """Turn away an address with a NUL: nothing is called so, and PostgreSQL cannot even be asked.

    Raises:
        NotFound: it stands in the path.
        InvalidInput: it stands in a value of the query, which is named.
    """
    if "\0" in request.path:
        raise NotFound
    wrong = {name: UNWRITABLE for name, value in request.args.items(multi=True) if "\0" in value}
    if wrong:
        raise InvalidInput(wrong)


def app_view() -> Any:
    """The view of the present request; None where no route matched (the 404 follows)."""
    from flask import current_app  # noqa: PLC0415 - the proxy, not the app, must stay out of the module

    return current_app.view_functions.get(request.endpoint or "")


def _needs_no_csrf_token() -> bool:
    # A bearer token is never sent by a browser on its own, so no other site can forge it; and
    # an API call that nobody's cookie stands behind can be made from anywhere anyway.
    return (request.headers.get("Authorization", "").startswith("Bearer ")
            or (wants_json() and current_actor() is None))


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status_code == 405 and "allowed_methods" in g:
        response.headers["Allow"] = ", ".join(g.allowed_methods)
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", "2")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if current_actor() else "no-cache"
    return response


def _answer(error: Exception) -> tuple[Response | str, int] | Response | HTTPException:
    if isinstance(error, NotSignedIn) and request.method == "GET" and not wants_json():
        return _to_sign_in()
    if isinstance(error, DomainError):
        return _refusal(error)
    if isinstance(error, HTTPException):
        if error.code is not None and error.code < 400:
            return error
        return _http_error(error)
    if is_away(error):
        log.warning("database.away", path=request.path)
        return _refusal(Unavailable())
    incident = secrets.token_hex(4)
    log.error("incident", incident=incident, path=request.path, exc_info=error)
    return _send(500, code="incident", incident=incident,
                 detail=say(N_("系统出了故障，已经记录，编号 %(incident)s。"), {"incident": incident}))


def _to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?")
    return redirect(f"{SIGN_IN}?{urlencode({'next': wanted})}")  # type: ignore[return-value]


def _refusal(error: DomainError) -> tuple[Response | str, int]:
    more: dict[str, Any] = {}
    if isinstance(error, InvalidInput):
        more["fields"] = {path: say(text, error.details) for path, text in error.fields.items()}
    obstacles = getattr(error, "obstacles", None)
    if obstacles is not None:
        more["obstacles"] = list_obstacles(obstacles)
    if error.details:
        more["details"] = {name: value if isinstance(value, int | str | bool) else str(value)
                           for name, value in error.details.items()}
    return _send(error.status, code=error.code, detail=explain(error), rule=error.rule, **more)


def _http_error(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or 500
    if isinstance(error, CSRFError):
        return _send(400, code="csrf",
                     detail=say(N_("页面停留太久或来源不明，请刷新页面后重新提交。")))
    if isinstance(error, MethodNotAllowed):
        g.allowed_methods = sorted(error.valid_methods or ())
    return _send(status, code="http_" + str(status),
                 detail=say(_HTTP_WORDS.get(status, N_("请求没有成功。"))))


def _send(status: int, **problem: Any) -> tuple[Response | str, int]:
    if wants_json():
        problem = {name: value for name, value in problem.items() if value is not None}
        response = jsonify({"type": "about:blank", "status": status, **problem})
        response.content_type = PROBLEM
        return response, status
    page = f"errors/{status}.html" if status in _PAGES else "errors/error.html"
    return render_template(page, status=status, **problem), status


def wants_json() -> bool:
    return request.path.startswith("/api/")
