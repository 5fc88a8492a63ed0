"""What goes wrong, as answers: problem+json (RFC 9457) for programs under /api, a page of the same look for people.

Nothing that went wrong inside is told outside: only refusals carry their own words.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, has_request_context, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoRoute

from incident import logs
from incident.db import again
from incident.errors import Conflict, Fault, Gone, Invalid, NotAllowed, NotFound, Refused, Unavailable

MOST_FAULTS = 100  # named in one answer
LONGEST = 600  # characters of one message
RETRY_AFTER = 2  # seconds
_log = logs.get(__name__)


class NotSignedIn(Refused):
    """Nobody is signed in, or the key is not known."""

    code = "not_signed_in"


class Forged(Refused):
    """A change was asked for by something other than our own page."""

    code = "forged"


class Malformed(Refused):
    """The bytes of the body are not what they say they are."""

    code = "malformed"


class WrongType(Refused):
    """The body is of a content type that is not read here."""

    code = "wrong_content_type"


class TooLarge(Refused):
    """The body is larger than any honest one."""

    code = "too_large"


class Stale(Refused):
    """What the caller saw is not what stands any more (If-Match)."""

    code = "changed_meanwhile"


class TooMany(Refused):
    """Too many attempts; `retry_after` seconds from now another may be made."""

    code = "too_many_attempts"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


STATUS: dict[type[Refused], int] = {
    Malformed: 400, Forged: 400, NotSignedIn: 401, NotAllowed: 403, NotFound: 404, Conflict: 409, Gone: 410, Stale: 412, TooLarge: 413,
    WrongType: 415, Invalid: 422, TooMany: 429, Unavailable: 503,
}  # fmt: skip

MEANING = {
    400: "The request cannot be read: broken JSON, a form that is not ours, a header that makes no sense.",
    401: "No key, an unknown or revoked one, or a session that has ended.",
    403: "You know of it, but it is not yours to do.",
    404: "It does not exist, or you may not know of it; the two are answered alike.",
    405: "This address does not take that method; `Allow` lists those it takes.",
    409: "It contradicts what is on record: another report has this identity, the case is closed.",
    410: "The link was good once, and is no more: expired, revoked, used up, or its notice was withdrawn.",
    412: "`If-Match` names a state that is no longer the present one. Read it again.",
    413: "The body is larger than 1 MiB.",
    415: "The body has a content type that is not read here.",
    422: "`errors` names every bad field by JSON pointer, or by `/name` for a query parameter or header.",
    429: "Too many attempts; `Retry-After` says when to try again.",
    500: "A fault of ours. Nothing was done; `request` names the log line.",
    503: "The node cannot serve this now. Nothing was done; try again after `Retry-After`.",
}
_UNREACHABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sa.exc.DisconnectionError)

_OUT_OF = dict.fromkeys(again.UNDONE, ("busy", "Others change the same at this moment. Nothing was done; try again.")) | dict.fromkeys(
    ("53100", "53200"), ("storage_full", "The database has no room left. Nothing was done; the operator has to make some.")
)
"""By SQLSTATE: what the database is out of."""


def install(app: Flask) -> None:
    """Answer every failure of `app` in the form that its caller reads."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The answer to whatever was raised; what is no refusal is logged with the places it came through, without its words."""
    status, code, detail, faults, headers = _read(error)
    if status >= 500:
        _log.error("failed" if status == 500 else "not_served", status=status, exc_info=error)
    response = _problem(status, code, detail, faults) if for_programs() else _page(status, detail, faults)
    response.headers.extend(headers)
    return response


def for_programs() -> bool:
    """Whether the caller is a program, which never gets a page."""
    return request.path.startswith("/api/") or request.path in ("/api", "/livez", "/readyz", "/metrics")


Read = tuple[int, str, str, list[Fault], dict[str, str]]


def _read(error: Exception) -> Read:
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, sa.exc.DBAPIError) and (said := _OUT_OF.get(str(getattr(error.orig, "sqlstate", "")))):
        return 503, *said, [], _later(RETRY_AFTER)
    if isinstance(error, _UNREACHABLE) or (isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated):
        return 503, "database_unavailable", "The database cannot be reached now. Nothing was done.", [], _later(RETRY_AFTER)
    if isinstance(error, sa.exc.DataError):
        return 422, "unusable_value", "A value lies outside what can be kept.", [], {}
    return 500, "fault", "", [], {}


def _refused(error: Refused) -> Read:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="demarche"'
    if status == 503:
        headers = _later(RETRY_AFTER)
    if isinstance(error, TooMany):
        headers = _later(error.retry_after)
    return status, error.code, error.message, error.faults if isinstance(error, Invalid) else [], headers


def _http(error: HTTPException) -> Read:
    status = error.code or 500
    name = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    if isinstance(error, NoRoute):
        return 404, "no_such_address", "There is nothing at this address.", [], {}
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return 405, name, f"{request.method} is not taken here; expected one of {allowed}.", [], {"Allow": allowed}
    if isinstance(error, RequestEntityTooLarge):
        return 413, TooLarge.code, "The body is larger than 1 MiB.", [], {}
    return status, name, "" if status >= 500 else str(error.description or ""), [], {}


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


def _problem(status: int, code: str, detail: str, faults: list[Fault]) -> Response:
    body: dict[str, Any] = {"type": f"/api/v1/docs#{code}", "title": title(status), "status": status, "code": code}
    if detail:
        body["detail"] = detail
    if faults:
        body["errors"] = [
            {"pointer": _short(each.pointer), "code": each.code, "message": _short(each.message)} for each in faults[:MOST_FAULTS]
        ]
    if len(faults) > MOST_FAULTS:
        body["detail"] = f"{detail} The first {MOST_FAULTS} of {len(faults)} are named."
    if status >= 500:
        body["request"] = request_id()
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")


def _short(text: str) -> str:
    """Messages quote what was sent, which may be long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def _page(status: int, detail: str, faults: list[Fault]) -> Response:
    if status == 401:
        return _to_sign_in()
    person = g.get("signed_in")
    said = detail or f"A fault of ours. Nothing was done. If it stays, tell the operator this number: {request_id()}."
    page = render_template("error.html", status=status, title=title(status), message=said, faults=faults[:MOST_FAULTS], person=person)
    return make_response(page, status)


def _to_sign_in() -> Response:
    """To the sign-in page, and back to what was to be read, or to the page with the form that was sent."""
    again = request.full_path.rstrip("?") if request.method == "GET" and "HX-Request" not in request.headers else _written_on()
    response = make_response(redirect(f"/sign-in?{urlencode({'next': again})}" if again != "/" else "/sign-in", 303))
    if request.headers.get("HX-Request"):  # htmx would put the sign-in page into a corner of this one
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code = 401
    return response


def _written_on() -> str:
    """The path of our own page that this request came from; the board when there is none."""
    came_from = urlsplit(request.referrer or "")
    if f"{came_from.scheme}://{came_from.netloc}" != request.host_url.rstrip("/"):
        return "/"
    if not current_app.url_map.bind(request.host).test(came_from.path, "GET"):  # a form that had been refused once
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def title(status: int) -> str:
    """Constant for a status, as RFC 9457 wants it."""
    return "The input has faults" if status == 422 else HTTPStatus(status).phrase


def request_id() -> str:
    """What the log lines of this request carry."""
    return str(g.get("request_id", "")) if has_request_context() else ""
