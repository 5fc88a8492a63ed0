"""Who comes in, and how: keys, sessions and links; protection against forged requests; what every answer carries.

A view gets a unit of work that already speaks for whoever came in. It is committed when the view ends well, and undone
when the view raises or answers with an error status: nothing is half done because a page was shown.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, get_flashed_messages, make_response, request
from flask import flash as say_later
from flask import session as said_cookie
from werkzeug.wrappers import Response as AnyResponse

from incident import links
from incident.actor import NOBODY, Actor
from incident.errors import NotFound
from incident.records.parties import people
from incident.records.parties.people import SignedIn
from incident.work import Node, Work
from web.problems import Forged, NotSignedIn, TooMany
from web.throttle import Pace, Throttle

if TYPE_CHECKING:
    from web.demo_mail import Caught, MailSink

__all__ = [
    "csrf_token",
    "end_session",
    "flash",
    "install",
    "link_page",
    "mail_messages",
    "open_page",
    "page",
    "renewed_link",
    "session",
    "start_session",
]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEY_LENGTH = 200  # no key of ours is longer
LINK_MOST = 60  # requests by one link in a minute
LONGEST_FLASH = 500  # it travels in a cookie
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send `Origin: null` from our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BY_LINK = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Door:
    node: Node
    secret_key: str
    origin: str
    https: bool
    foreign: Throttle = field(default_factory=Throttle)
    pace: Pace = field(default_factory=lambda: Pace(LINK_MOST, 60))

    @property
    def cookie(self) -> str:
        return "__Host-demarche" if self.https else "demarche"


class _Undo(Exception):
    """Carries an answer out of a unit of work that is not to be kept."""

    def __init__(self, response: Response) -> None:
        super().__init__("undone")
        self.response = response


def install(app: Flask, node: Node, mail: MailSink | None) -> None:
    """Give `app` its door. `mail` is the demo's sink, or None where mail really goes out."""
    base = urlsplit(node.settings.base_url)
    door = _Door(node, node.settings.secret_key, f"{base.scheme}://{base.netloc}", base.scheme == "https")
    app.extensions["door"] = door
    app.extensions["demo_mail"] = mail
    app.secret_key = hmac.digest(door.secret_key.encode(), b"demarche page cookie v1", "sha256")
    app.config.update(
        SESSION_COOKIE_NAME=f"{door.cookie}-page", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=door.https, SESSION_COOKIE_PATH="/",
    )  # fmt: skip
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(_for_templates)
    app.after_request(_guard)


def node() -> Node:
    """The node behind this door."""
    return _door().node


def session() -> SignedIn | None:
    """Who is signed in with this request, once its view has begun; None for keys, links and strangers."""
    found: SignedIn | None = g.get("signed_in")
    return found


def page(view: View) -> View:
    """`view(work, **url_parameters)` for people who are signed in; others are sent to the sign-in page and back.

    A POST without the page's own token is refused with 400.
    """

    @wraps(view)
    def entered(**parameters: Any) -> Response:
        if not request.cookies.get(_door().cookie):
            raise NotSignedIn("Sign in first.")

        def enter(work: Work) -> Any:
            _enter_by_session(work)
            return view(work, **parameters)

        return in_work(enter)

    return _tagged(entered, "session")


def open_page(view: View) -> View:
    """`view(work, **url_parameters)` for everybody, in nobody's name; for the sign-in page.

    A POST needs the token that the page gave out before there was a session.
    """

    @wraps(view)
    def entered(**parameters: Any) -> Response:
        if request.method not in SAFE:
            _refuse_forged(str(said_cookie.get("csrf", "")))
        g.private = True
        return in_work(lambda work: view(work, **parameters))

    return _tagged(entered, "nobody")


def link_page(view: View) -> View:
    """`view(work, notice_id)` for whoever holds the link of one notice; the link opens that notice and nothing else.

    The link itself is the secret, so a POST needs no token; a page elsewhere still cannot send it. Nothing of it gets into a
    referrer, an index, a cache or a cookie. Links that this node did not make are answered ever more slowly to who tries several;
    those that it made, at most a number in a minute each.
    """

    @wraps(view)
    def entered(token: str, **parameters: Any) -> Response:
        g.private = g.by_link = True
        door = _door()
        notification = links.notification_of(door.secret_key, token)
        if notification is None:
            _refuse_a_foreign_link(door)
        if seconds := door.pace.wait(str(notification)):
            raise TooMany(f"This link was used many times within a minute. Try again in {seconds} seconds.", retry_after=seconds)
        if request.method not in SAFE:
            _refuse_foreign()
        return in_work(lambda work: view(work, _enter_by_link(work, notification), **parameters))

    return _tagged(entered, "link")


def renewed_link(token: str) -> str:
    """The path of the one-time link in the place of one of before; it opens what that one opened, and no more.

    Raises:
        NotFound: this node made no such link.
    """
    g.private = g.by_link = True
    notification = links.earlier_notification_of(_door().secret_key, token)
    if notification is None:
        _refuse_a_foreign_link(_door())
    return links.link_for(_door().secret_key, notification)


def in_work(do: Callable[[Work], Any]) -> Response:
    """The answer of `do(work)`, whose work begins in nobody's name; with an error status it is undone, and given all the same.

    `do` is called again when the database undid its work for the sake of others: what it said in a cookie is forgotten first.

    Raises:
        Unavailable: the database did not understand, because its schema is older than this program.
    """
    said = dict(said_cookie)

    def answer(work: Work) -> Response:
        if said != said_cookie:
            said_cookie.clear()
            said_cookie.update(said)
        response = make_response(do(work))
        if response.status_code >= 400:
            raise _Undo(response)
        return response

    try:
        try:
            return node().perform(answer, NOBODY)
        except (sa.exc.ProgrammingError, sa.exc.IntegrityError):
            node().expect_schema()
            return node().perform(answer, NOBODY)  # it may have become this program's since
    except _Undo as undone:
        return undone.response


def enter_api(work: Work) -> None:
    """Let a program in, by `Authorization: Bearer`, or a page's script by its session cookie and token.

    Raises:
        NotSignedIn: neither, or one that is not known.
        Forged: a change asked for with the cookie and without the token.
    """
    header = request.headers.get("Authorization")
    if header is None:
        _enter_by_session(work)
        return
    scheme, _, key = header.partition(" ")
    key = key.strip()
    actor = people.holder_of_key(work.connection, key) if scheme.lower() == "bearer" and 0 < len(key) <= KEY_LENGTH else None
    if actor is None:
        raise NotSignedIn("The API key is not known, or was revoked. Expected `Authorization: Bearer demarche_…`.")
    work.become(actor, said=True)


def require_credentials() -> None:
    """Turn away, before any work is begun, who shows nothing at all.

    Raises:
        NotSignedIn: no key and no cookie.
    """
    g.private = True
    if "Authorization" not in request.headers and not request.cookies.get(_door().cookie):
        raise NotSignedIn("Expected an API key: `Authorization: Bearer demarche_…`.")


def start_session(work: Work, response: AnyResponse, session_id: str) -> None:
    """Hand the id of a new session to the browser; the one that it came with, if any, ends now."""
    now_in = work.actor
    earlier = people.session_of(work.connection, request.cookies.get(_door().cookie, ""), work.now)
    if earlier is not None:
        work.become(earlier.actor)
        people.end_session(work.connection, earlier.id)
        work.become(now_in)
    said_cookie.clear()
    door = _door()
    response.set_cookie(door.cookie, session_id, secure=door.https, httponly=True, samesite="Lax", path="/")


def end_session(response: AnyResponse) -> None:
    """Take the session's cookie back."""
    said_cookie.clear()
    door = _door()
    response.delete_cookie(door.cookie, secure=door.https, httponly=True, samesite="Lax", path="/")


def flash(message: str, kind: str = "done") -> None:
    """Show `message` on the next page that this browser gets; `kind` is `done` or `error`."""
    say_later(message if len(message) <= LONGEST_FLASH else message[: LONGEST_FLASH - 1] + "…", kind)


def csrf_token() -> str:
    """The token that a form of this page carries: the session's, or before there is one a token of this browser's own."""
    signed_in = session()
    if signed_in is not None:
        return signed_in.csrf
    if "csrf" not in said_cookie:
        said_cookie["csrf"] = secrets.token_urlsafe(24)
    return str(said_cookie["csrf"])


def mail_messages() -> list[Caught] | None:
    """What the demo's mail sink caught, newest first; None on a node that is no demo."""
    sink: MailSink | None = current_app.extensions.get("demo_mail")
    return None if sink is None else sink.messages()


def way_back(asked: str | None) -> str:
    """`asked` if it is a path of this site, else the board: nobody is led elsewhere by a link to the sign-in page."""
    if not asked or not asked.startswith("/") or asked.startswith(("//", "/\\")) or not asked.isprintable():
        return "/"
    return asked


def _door() -> _Door:
    door: _Door = current_app.extensions["door"]
    return door


def _tagged(view: View, means: str) -> View:
    """Which way in a route has, for whoever reads the routes."""
    view.enters_by = means  # type: ignore[attr-defined]
    return view


def _enter_by_session(work: Work) -> None:
    found = people.session_of(work.connection, request.cookies.get(_door().cookie, ""), work.now)
    if found is None:
        raise NotSignedIn("Your session has ended. Sign in again.")
    work.become(found.actor)
    g.signed_in, g.private = found, True
    if request.method not in SAFE:
        _refuse_forged(found.csrf)
    people.touch(work.connection, found.id, work.now)


def _enter_by_link(work: Work, notification: UUID) -> UUID:
    row = work.connection.execute(sa.text("select * from demarche.linked_notice(:n)"), {"n": notification}).first()
    if row is None or row.notice_id is None:
        raise NotFound("This link opens nothing any more.")
    work.become(Actor("link", row.party_id, row.party, row.uri, "link holder", row.notice_id, notification))
    notice: UUID = row.notice_id
    return notice


def _refuse_a_foreign_link(door: _Door) -> NoReturn:
    name = request.remote_addr or ""
    seconds = door.foreign.wait(name)
    if seconds:
        raise TooMany(f"Too many links that open nothing. Try again in {seconds} seconds.", retry_after=seconds)
    door.foreign.wrong(name)
    raise NotFound("This link opens nothing. It may have been cut short on its way: copy the whole of it.")


def _refuse_forged(expected: str) -> None:
    _refuse_foreign()
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forged("This form is not from the page you see now, perhaps because you signed in again. Reload the page and send it again.")


def _refuse_foreign() -> None:
    """A browser says where a request comes from; what is no browser says nothing, and needs the token all the same."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = (_door().origin, request.host_url.rstrip("/"))
    unnamed = origin == "null" and g.get("by_link")  # what a form says of itself on a page without a referrer
    if site not in (None, "same-origin", "none") or (origin is not None and origin not in ours and not unnamed):
        raise Forged("This was sent by a page of another site, and was refused.")


def _for_templates() -> dict[str, Any]:
    shows = request.method == "GET" and not g.get("by_link")  # whoever holds a link may have a session beside it
    flashes = get_flashed_messages(with_categories=True) if shows else []
    return {"flashes": flashes, "person": session(), "demo": current_app.extensions.get("demo_mail") is not None}


def _guard(response: Response) -> Response:
    for name, value in ((_HEADERS | _BY_LINK) if g.get("by_link") else _HEADERS).items():
        response.headers.setdefault(name, value)
    if _door().https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if g.get("private") or response.status_code >= 400 or "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
