"""The pages that people see, one thin module each. `pages` is the blueprint with all of them."""

from web.views.pages import (
    agreements,
    board,
    calendars,
    demo_mail,
    inbox,
    incident,
    incidents,
    obligations,
    release,
    report,
    settings,
)
from web.views.pages.blueprint import pages

__all__ = [
    "agreements",
    "board",
    "calendars",
    "demo_mail",
    "inbox",
    "incident",
    "incidents",
    "obligations",
    "pages",
    "release",
    "report",
    "settings",
]
