"""Random cases of legal time: every rule, 40 zones, 30 calendars, with a liking for leap days, month ends and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from tests.rules.naive_legaltime import zone

ZONES = (
    *("Europe/Tallinn", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Kyiv", "Europe/Lisbon", "Atlantic/Azores"),
    *("Europe/Chisinau", "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Lagos", "Asia/Beirut", "Asia/Jerusalem"),
    *("Asia/Gaza", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Seoul", "Asia/Singapore", "Asia/Shanghai", "Asia/Tehran"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Australia/Eucla", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham"),
    *("Pacific/Kiritimati", "Pacific/Marquesas", "Pacific/Easter", "America/New_York", "America/Los_Angeles", "America/St_Johns"),
    *("America/Havana", "America/Santiago", "America/Asuncion", "America/Sao_Paulo", "America/Nuuk", "Antarctica/Troll"),
)
_COUNTRIES = (
    *("EE", "DE", "FR", "BE", "NL", "CZ", "PL", "IE", "ES", "IT", "SE", "FI", "AT", "PT", "JP", "KR", "IN", "SG", "AU", "NZ", "BR", "CA"),
)
CALENDARS: dict[str, dict[str, Any]] = {
    **{country.lower(): {"country": country} for country in _COUNTRIES},
    "lu_bank": {"country": "LU", "categories": ["public", "bank"]},
    "us_fed": {"country": "US", "categories": ["government"]},
    "gb_eng": {"country": "GB", "subdiv": "ENG"},
    "de_by": {"country": "DE", "subdiv": "BY", "add": ["2026-12-24", "2026-12-31"]},
    "jp_open": {"country": "JP", "year_end_closed": [12, 29, 1, 3]},
    "ua_less": {"country": "UA", "remove": ["2026-08-24", "2027-08-24"]},
    "eg": {"country": "EG", "weekend": [4, 5]},
    "three": {"weekend": [4, 5, 6], "add": ["2026-04-13", "2026-04-25"]},
}
_LONGEST = {"h": 200, "d": 70, "bd": 25, "w": 10, "mo": 18, "y": 4}
RULES = {
    **dict.fromkeys(("elapsed_hours", "wall_hours", "eu1182_hours", "frcp_hours", "dora_initial", "dora_intermediate"), "h"),
    **dict.fromkeys(("eu1182_days", "calendar_days", "days_after_year_end", "frcp_days"), "d"),
    **dict.fromkeys(("cpr_forward", "cpr_backward", "cpr_at_least_after"), "d"),
    **dict.fromkeys(("eu1182_working_days", "business_days"), "bd"),
    **dict.fromkeys(("eu1182_months", "calendar_months", "dora_final"), "mo"),
    "eu1182_weeks": "w",
    "eu1182_years": "y",
}
_FLAGS = {"eu1182_hours": ("two_working_days",), "calendar_days": ("count_first", "roll"), "calendar_months": ("roll",)}
_FLAGS |= dict.fromkeys(("dora_initial", "dora_intermediate", "dora_final"), ("exempt",))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
assert len(ZONES) == len(set(ZONES)) == 40
assert len(CALENDARS) == 30
assert len(RULES) == 20


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Every change of the clocks from 2024 to 2030, to five minutes."""
    found, at = [], FIRST
    while at < LAST:
        later = at + 12 * HOUR
        if later.astimezone(zone(name)).utcoffset() != at.astimezone(zone(name)).utcoffset():
            exact = at
            while exact.astimezone(zone(name)).utcoffset() == at.astimezone(zone(name)).utcoffset():
                exact += 5 * MINUTE
            found.append(exact)
        at = later
    return tuple(found)


def random_instant(random: Random, name: str) -> datetime:
    """Half of them within three days of a change, a fifth at a month's end or a leap day."""
    kind = random.random()
    if kind < 0.5 and changes(name):
        reach = random.choice([90, 600, 4320])
        return random.choice(changes(name)) + random.randint(-reach, reach) * MINUTE
    if kind < 0.7:
        month = datetime(random.randint(2024, 2030), random.randint(1, 12), 1, tzinfo=UTC)
        month = random.choice([month, datetime(2024, 3, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)])
        return month + random.randint(-4 * 1440, 1440) * MINUTE
    return FIRST + random.randrange(int((LAST - FIRST) / MINUTE)) * MINUTE


def written(random: Random, at: datetime, name: str) -> tuple[str, int]:
    """The instant as somebody writes it, and the fold: in UTC, with the offset of the place, or on its clock alone."""
    local = at.astimezone(zone(name))
    form = random.random()
    if form < 0.2:
        return at.strftime("%Y-%m-%dT%H:%MZ"), 0
    if form < 0.4:
        return local.isoformat(timespec="minutes"), 0
    return local.replace(tzinfo=None).isoformat(timespec="minutes"), local.fold


def random_case(random: Random) -> tuple[dict[str, Any], datetime, datetime | None]:
    """A case in the format of a batch, its start, and for the initial report under DORA when it was classified, if it was."""
    rule, name = random.choice(list(RULES)), random.choice(ZONES)
    start = random_instant(random, name)
    text, fold = written(random, start, name)
    n = random.choice([1, 2, 3, 4, 5, 6, 24, 48, 72, random.randint(1, 200)])
    n = min(n, _LONGEST[RULES[rule]])
    opts: dict[str, Any] = {flag: random.random() < 0.5 for flag in _FLAGS.get(rule, ())}
    if rule == "business_days" and random.random() < 0.5:
        opts["at"] = random.choice(["00:00", "00:30", "02:30", "17:30", "23:30"])
    classified = None
    if rule == "dora_initial" and random.random() < 0.8:
        classified = start + random.choice([random.randint(0, 1500), random.randint(1200, 4000), 1440]) * MINUTE
        opts["classified"] = classified.strftime("%Y-%m-%dT%H:%MZ")
    case = {"rule": rule, "n": n, "zone": name, "cal": random.choice(list(CALENDARS)), "start": text, "fold": fold, "opts": opts}
    return case, start, classified
