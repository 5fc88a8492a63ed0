"""What every template may call: instants in their zones, time left, states, parties, fields and icons.

Instants come as RFC 3339 text in UTC or as aware datetimes; every filter that shows a time also shows its zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from markupsafe import Markup, escape

from incident import board
from incident.actions.permission import FILING_KINDS
from incident.rules.handling import fields
from incident.rules.legaltime.zones import TimeRefused, zone
from incident.work import Work

Json = Mapping[str, Any]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONG = 2 * DAY  # from here on a countdown shows days and hours only
GROUPS = {
    "late": "Overdue",
    "critical": "Within the hour",
    "soon": "Next 24 hours",
    "running": "Later",
    "none": "No date that binds",
}
STATES = {
    "late": "overdue",
    "critical": "within the hour",
    "soon": "within a day",
    "running": "running",
    "none": "no number",
    "met": "met",
    "stayed": "ended",
}
_SETTLED = {
    "met": "met",
    "met_late": "met",
    "missed": "late",
    "waived": "stayed",
    "lapsed": "stayed",
    "superseded": "stayed",
    "unresolved": "stayed",
}
_ACRONYMS = {
    "tlp": "TLP",
    "ai": "AI",
    "sec": "SEC",
    "nis2": "NIS2",
    "gdpr": "GDPR",
    "api": "API",
    "url": "URL",
    "cert": "CERT",
    "csirt": "CSIRT",
}
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_STATIC = Path(__file__).parent / "static"


def install(app: Flask) -> None:
    """Give the templates of `app` the filters and functions below."""
    app.jinja_env.filters.update(
        utc=utc,
        clock=clock,
        local=local,
        words=words,
        whole=whole,
        stamp=stamp,
        ago=ago,
        code=code,
        initials=initials,
        shown=shown,
        in_order=in_order,
        spell=spell,
        instants=instants,
        commands=commands,
    )
    app.jinja_env.globals.update(
        stands_still=stands_still,
        stands=stands,
        icon=_icon_of(_icons()),
        state=state,
        time_left=time_left,
        awaited=awaited,
        STATES=STATES,
        GROUPS=GROUPS,
    )
    app.context_processor(lambda: {"theme": theme(), "lang": "en", "dir": "ltr"})


def rendered(work: Work, template: str, **values: Any) -> str:
    """The page, with what every page needs: the parties by slug, the caller's own zone, and the instant of this work."""
    parties = board.parties(work)
    me = parties.get(work.actor.slug, {})
    person = work.actor if work.actor.means == "session" else None
    mine = {"me": me, "my_zone": me.get("zone", "UTC"), "files": me.get("kind") in FILING_KINDS}
    shared = {"now": work.now, "parties": parties, "actor": work.actor, "person": person, "tried": None, **mine}
    return render_template(template, **shared | values)


def theme() -> str:
    """`light`, `dark`, or empty for what the browser prefers."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def instant(value: str | datetime | None) -> datetime | None:
    """The instant in UTC."""
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(UTC)


def stamp(value: str | datetime | None) -> str:
    """Seconds since 1970 for the countdowns in the browser; empty for no instant."""
    at = instant(value)
    return "" if at is None else str(int(at.timestamp()))


def utc(value: str | datetime | None) -> str:
    """Such as `Fri 20 Nov 2026, 17:40 UTC`."""
    return local(value, "UTC")


def clock(value: str | datetime | None, zone_name: str = "UTC") -> str:
    """Such as `17:40`; for places where the zone stands beside it."""
    at = instant(value)
    return "" if at is None else f"{at.astimezone(zone(zone_name)):%H:%M}"


def local(value: str | datetime | None, zone_name: str) -> str:
    """Such as `Fri 20 Nov 2026, 19:40 Tallinn (UTC+2)`; a zone that the pinned data does not know is shown as UTC."""
    at = instant(value)
    if at is None:
        return ""
    try:
        there = at.astimezone(zone(zone_name))
    except TimeRefused:
        there, zone_name = at, "UTC"
    day = f"{there:%a} {there.day} {there:%b %Y}, {there:%H:%M}"
    if zone_name == "UTC":
        return f"{day} UTC"
    offset = f"{there:%z}".replace("-", "−")  # a minus, unlike a hyphen, stays on the line of its number
    hours = f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")
    return f"{day} {zone_name.rsplit('/', 1)[-1].replace('_', ' ')} (UTC{hours})"


def time_left(until: str | datetime | None, now: datetime) -> str:
    """Such as `00:52:48`, `2 d 03 h`, `−00:41:24`; a dash for a duty without a number."""
    at = instant(until)
    if at is None:
        return "–"
    seconds = int(abs((at - now).total_seconds()))
    sign = "−" if at < now else ""
    if seconds >= LONG.total_seconds():
        return f"{sign}{seconds // 86400} d {seconds % 86400 // 3600:02d} h"
    return f"{sign}{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def ago(value: str | datetime | None, now: datetime) -> str:
    """Such as `4 min ago`; for people who want to know whether something is fresh, never for a deadline."""
    at = instant(value)
    if at is None:
        return ""
    seconds = max(0, int((now - at).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


def awaited(line: Json, now: datetime) -> datetime | None:
    """The instant that its countdown runs to: the target, or the last lawful instant once the target has passed."""
    target, due = instant(line["target_at"]), instant(line["due_at"])
    return due if target is None or target < now else target


def group(line: Json, now: datetime) -> str:
    """One of the keys of `GROUPS`, by the instant that its countdown runs to."""
    until = awaited(line, now)
    if until is None or (until < now and (line["predicted"] or line["provisional"] or line["verdict"] == "unresolved")):
        return "none"
    left = until - now
    return "late" if left < timedelta(0) else "critical" if left < HOUR else "soon" if left < DAY else "running"


def state(line: Json, now: datetime) -> str:
    """One of the keys of `STATES`. Without a verdict, what is late is late; a predicted or provisional date makes nobody late."""
    settled = _SETTLED.get(line.get("verdict") or "running")
    if settled is not None:
        return settled
    until = awaited(line, now)
    if until is None:
        return "none"
    if until < now:
        return "stayed" if line["predicted"] or line["provisional"] else "late"
    left = until - now
    return "critical" if left <= HOUR else "soon" if left <= DAY else "running"


def instants(text: str, zone_name: str) -> str:
    """The text, with every instant in it that is written for machines as people there read it."""
    return _INSTANT.sub(lambda found: local(found[0], zone_name), text)


def stands_still(one: Json, now: datetime) -> bool:
    """Whether its clock is paused at `now`: an obligation, of which a pause that has a limit ends by itself."""
    since, until = instant(one.get("paused_at")), instant(one.get("paused_until"))
    return since is not None and (until is None or now < until)


def spell(period: Json) -> str:
    """Such as `5 business days`."""
    unit = {"min": "minute", "h": "hour", "d": "day", "bd": "business day", "w": "week", "mo": "month", "y": "year"}[period["unit"]]
    return f"{period['n']} {unit}{'s' if period['n'] != 1 else ''}"


def stands(line: Json) -> str:
    """Its verdict in words; a miss that the clocks leave in doubt is none yet."""
    held = line.get("held")
    if held is None:
        return words(line["verdict"])
    return "Overdue, being verified: " + ("the clocks disagree" if held["because"] == "apart" else "the clock was set forward")


def words(name: object) -> str:
    """`early_warning` as `Early warning`, `ee-model-weights` as `EE model weights`."""
    country, dash, rest = str(name).partition("-")
    if dash and len(country) == 2:
        return f"{country.upper()} {words(rest)[:1].lower()}{words(rest)[1:]}"
    text = " ".join(_ACRONYMS.get(word, word) for word in str(name).replace("-", "_").split("_") if word)
    return text[:1].upper() + text[1:]


def code(slug: str | None, party: Json | None = None) -> str:
    """A party's short mark: `cert-ee` is `CERT EE`, `ee-ministry` is `EE MIN`, `meridian-models` is `MER`."""
    if not slug:
        return "?"
    parts = [part.upper() if len(part) <= 4 else part[:3].upper() for part in slug.split("-")]
    return " ".join(parts[:2]) if any(len(part) <= 2 for part in slug.split("-")) or slug.startswith("cert-") else parts[0]


def commands(text: str) -> Markup:
    """A sentence in which what stands between backticks is to be typed."""
    parts = [Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(text.split("`"))]
    return Markup().join(parts)


def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    found = [word[0] for word in name.replace("@", " ").split() if word]
    return "".join(found[:1] + found[-1:] if len(found) > 1 else found).upper() or "?"


def whole(number: int) -> str:
    """With a thin space between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def in_order(carried: Mapping[str, object]) -> list[tuple[str, object]]:
    """The fields of a notice in the order in which the rules name them; facts of their own last."""
    places = {name: place for place, name in enumerate(fields.NAMES)}
    return sorted(carried.items(), key=lambda item: (places.get(item[0], len(places)), item[0]))


def shown(value: object) -> str:
    """A field's value for reading: yes, no, not known yet, lists and maps in one line."""
    if value is None:
        return "not known yet"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if set(value) >= {"earliest", "latest", "precision"}:
            return f"between {_moment(value['earliest'])} and {_moment(value['latest'])} (known to the {value['precision']})"
        return "; ".join(f"{words(key)}: {shown(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(shown(each) for each in value) or "none"
    return _moment(value)


def _moment(value: object) -> str:
    """Text that is an instant is shown as one; all other text as it is."""
    text = str(value)
    if len(text) >= 20 and text[4:5] == "-" and text[10:11] == "T":
        try:
            return utc(text)
        except ValueError:
            return text
    return text


def _icons() -> dict[str, Markup]:
    """The shipped icons as inline SVG that takes the colour and size of the text around it."""
    found = {}
    for path in sorted((_STATIC / "icons").glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        shapes = " ".join(text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")].split())
        found[path.stem] = Markup(  # noqa: S704 - our own files
            '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"'
            f' stroke-linejoin="round">{shapes}</svg>'
        )
    return found


def _icon_of(icons: Mapping[str, Markup]) -> Any:
    def icon(name: str) -> Markup:
        """The icon, for the eye only: the words beside it say what it means."""
        return Markup('<span class="i" aria-hidden="true">{}</span>').format(icons[name])

    return icon
