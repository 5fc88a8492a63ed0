"""The pages that people see, one thin module each. `pages` is the blueprint with all of them."""

from web.views.pages import (
    agreement_acts,
    agreements,
    board,
    calculator,
    calendars,
    claims,
    demo_mail,
    inbox,
    incident,
    incidents,
    lab,
    obligations,
    regimes,
    release,
    report,
    rota,
    settings,
)
from web.views.pages.blueprint import pages

__all__ = [
    "agreement_acts",
    "agreements",
    "board",
    "calculator",
    "calendars",
    "claims",
    "demo_mail",
    "inbox",
    "incident",
    "incidents",
    "lab",
    "obligations",
    "pages",
    "regimes",
    "release",
    "report",
    "rota",
    "settings",
]
