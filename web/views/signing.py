"""Signing in and out."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from incident.actions.sign_in import sign_in
from incident.actions.sign_out import sign_out
from incident.errors import NotAllowed
from incident.work import Work
from web import door
from web.problems import TooMany
from web.throttle import Throttle

signing = Blueprint("signing", __name__)
LONGEST_EMAIL, LONGEST_PASSWORD = 254, 1000
_throttle = Throttle()
_at_once = BoundedSemaphore(2)  # a password check takes 64 MiB and a core


@signing.get("/sign-in")
@door.open_page
def sign_in_form(work: Work) -> str:
    """The form; signing in leads back to `next`."""
    return _form(next=door.way_back(request.args.get("next")))


@signing.post("/sign-in")
@door.open_page
def enter(work: Work) -> Any:
    """Check the password; wrong address and wrong password are answered alike."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    back = door.way_back(request.form.get("next"))
    name = email.lower()[:LONGEST_EMAIL]
    if seconds := _throttle.wait(name):
        raise TooMany(f"Too many wrong passwords for this address. Try again in {seconds} seconds.", retry_after=seconds)
    try:
        session_id = _checked(work, email, password)
    except NotAllowed as refused:
        _throttle.wrong(name)
        return _form(next=back, email=email, refused=refused.message), 401
    _throttle.right(name)
    response = make_response(redirect(back, 303))
    door.start_session(work, response, session_id)
    return response


@signing.post("/sign-out")
@door.page
def leave(work: Work) -> Response:
    """End the session, here and in the database."""
    signed_in = door.session()
    if signed_in is not None:
        sign_out(work, signed_in.id)
    response = make_response(redirect("/sign-in", 303))
    door.end_session(response)
    return response


def _checked(work: Work, email: str, password: str) -> str:
    """The id of the new session; text that no account can have is as wrong as any other."""
    usable = len(email) <= LONGEST_EMAIL and len(password) <= LONGEST_PASSWORD and email.isprintable() and "\0" not in password
    with _at_once:
        return sign_in(work, email if usable else "", password if usable else "")


def _form(**values: str) -> str:
    demo = current_app.extensions["demo"] or current_app.extensions.get("demo_mail") is not None
    return render_template("sign_in.html", **({"next": "/", "email": "", "refused": "", "demo": demo} | values))
