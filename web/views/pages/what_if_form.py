"""What is supposed in a what-if: a case of one of the party's deployments, or a typical one, in some hour of some week."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from incident.errors import Fault, Invalid
from incident.rules.case import SEVERITIES, TLP
from incident.rules.legaltime import TimeRefused, moment, zone
from web.page_context import Json
from web.views.pages import what_if_typical
from web.views.pages.forms import countries

HOURS = 168
FRIDAY_EVENING = 4 * 24 + 22
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LABELS = {
    "deployment": "Deployment", "severity": "Severity", "tlp": "TLP", "affected_countries": "Affected countries", "week": "Week of",
    "hour": "Aware at", "fact-aware_at": "Aware at",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supposed:
    """The form as it is filled in. `monday` begins the week, and `hour` counts from there, by the clocks of the deployment.

    `typical` is the id of a typical case, or `all`; empty where the case is described here.
    """

    deployment: str
    zone: str
    severity: str
    tlp: str
    personal_data: bool
    countries: str
    monday: date
    hour: int
    minute: int = 0
    typical: str = ""

    @property
    def spoken(self) -> str:
        """Such as `Fri 22:00`."""
        return f"{DAYS[self.hour // 24]} {self.hour % 24:02d}:{self.minute:02d}"

    @property
    def place(self) -> str:
        """The town that its zone is named after."""
        return self.zone.rsplit("/", 1)[-1].replace("_", " ")

    def short(self, at: datetime) -> str:
        """Such as `Fri 20 Nov 22:00`, by the clocks of the deployment."""
        there = at.astimezone(zone(self.zone))
        return f"{there:%a} {there.day} {there:%b} {there:%H:%M}"


def supposed(given: Mapping[str, str], deployments: Sequence[Json], now: datetime) -> Supposed:
    """What the form says; what it leaves out is a Friday evening of next week, or when the typical case happens of itself.

    What cannot be read is taken as left out. Who reports about no deployment describes no case, and begins with a typical one.
    """
    name = given.get("typical", "")
    if name == what_if_typical.ALL or what_if_typical.chosen(name) or not deployments:
        return _typical(given, name)
    chosen = next((each for each in deployments if each["slug"] == given.get("deployment")), deployments[0])
    here = now.astimezone(zone(chosen["zone"])).date()
    return Supposed(
        chosen["slug"], chosen["zone"],
        severity=given.get("severity", "") if given.get("severity") in SEVERITIES else "high",
        tlp=given.get("tlp", "") if given.get("tlp") in TLP else "AMBER",
        personal_data="personal_data" in given,
        countries=given.get("affected_countries", "")[:1000],
        monday=_monday(_moved(given, "week"), here + timedelta(days=7)),
        hour=_hour(_moved(given, "hour"), FRIDAY_EVENING),
    )  # fmt: skip


def _typical(given: Mapping[str, str], name: str) -> Supposed:
    case = what_if_typical.chosen(name) or what_if_typical.choices()[0]
    return Supposed(
        "", case.zone, "", "", False, "",
        monday=_monday(_moved(given, "week"), case.monday), hour=_hour(_moved(given, "hour"), case.hour), minute=case.minute,
        typical=name if name == what_if_typical.ALL else case.id,
    )  # fmt: skip


def _moved(given: Mapping[str, str], name: str) -> str:
    """Where the slider and the week stand; not where they stood for another case."""
    return given.get(name, "") if given.get("was", given.get("typical", "")) == given.get("typical", "") else ""


def _hour(entered: str, otherwise: int) -> int:
    return int(entered) if entered.isdecimal() and entered.isascii() and int(entered[:4]) < HOURS else otherwise


def _monday(entered: str, otherwise: date) -> date:
    """The Monday on or before that day, or the other one, where no day that can be reckoned with was entered."""
    try:
        day = date.fromisoformat(entered)
    except ValueError:
        day = otherwise
    day = day if 2001 <= day.year <= 2098 else otherwise
    return day - timedelta(days=day.weekday())


def aware_at(about: Supposed) -> datetime:
    """The instant.

    Raises:
        Invalid: there is no such hour on that day.
    """
    try:
        return moment(_local(about), zone=about.zone, first_pass=True).earliest.astimezone(UTC)
    except TimeRefused as refused:
        raise Invalid([Fault("/hour", refused.code, refused.message)]) from refused


def body(about: Supposed) -> dict[str, Any]:
    """The report that is supposed, as the API takes it."""
    abroad = countries(about.countries)
    facts: dict[str, Any] = {
        "aware_at": {"at": aware_at(about).isoformat(), "zone": about.zone},
        "significant_incident": True,
        "personal_data_breach": about.personal_data,
        "cross_border": bool(abroad),
    }
    return {
        "deployment": about.deployment, "reference": f"what-if-{secrets.token_hex(6)}", "stage": "early_warning", "summary": "What if.",
        "severity": about.severity, "tlp": about.tlp, "affected_countries": abroad, "facts": facts,
    }  # fmt: skip


def _local(about: Supposed) -> str:
    return f"{about.monday + timedelta(days=about.hour // 24)}T{about.hour % 24:02d}:{about.minute:02d}"
