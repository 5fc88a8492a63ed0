"""`demarche rota`: who of a party is on call when, over HTTP like anybody's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant

_MEANS = re.compile(r"(summary|attendee|category)=(.+)=(duty_desk|deputy|manager)|every=(duty_desk|deputy|manager)")
_WINDOW = re.compile(r"(duty_desk|deputy|manager) ([a-z,]+) (\d\d:\d\d)-(\d\d:\d\d) (\S+)")


@click.group(short_help="Say who of a party is on call when, and see when nobody can be reached.")
def rota() -> None:
    """Say who of a party is on call when, and see when nobody can be reached.

    By weekly windows, and by turns from an iCalendar file or address, which outrank the windows. With --json: the rota, as the
    API gives it.

    \b
    Examples:
      demarche rota show --party cert-ee
      demarche rota set "duty_desk mon,tue,wed,thu,fri 08:00-18:00 Europe/Tallinn" "deputy sat,sun 08:00-08:00 Asia/Tokyo" --party cert-ee
      demarche rota import on-call.ics --means "summary=primary=duty_desk" --party cert-ee
    """


def _window(text: str) -> dict[str, Any]:
    found = _WINDOW.fullmatch(" ".join(text.split()))
    if found is None:
        raise click.UsageError(f'{text!r} is no window; expected such as "deputy sat,sun 08:00-08:00 Europe/Tallinn".')
    contact, days, since, until, zone = found.groups()
    return {"contact": contact, "days": days.split(","), "from": since, "until": until, "zone": zone}


def _mean(text: str) -> dict[str, str]:
    found = _MEANS.fullmatch(text)
    if found is None:
        raise click.UsageError(f"{text!r} does not say which events mean whom; expected such as summary=primary=duty_desk or every=deputy.")
    by, what, contact, everybody = found.groups()
    return {"by": by or "every", "text": what or "", "contact": contact or everybody}


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not in UTF-8; expected an iCalendar text in UTF-8.") from error


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    rows = [(each["contact"], instant(each["since"]), instant(each["until"]), each["why"] or "reached") for each in found["ahead"]]
    if paper.console.is_terminal:
        paper.line(f"On call now: {found['on_call']}{'' if found['named'] else ', because nobody is named'}.")
        calendar = found["calendar"]
        if calendar and calendar["trouble"]:
            paper.line(f"The calendar could not be read: {calendar['trouble']}", "bold red")
        if calendar and calendar["old"]:
            paper.line("The calendar has not been read for more than two days.", "bold red")
        for each in found["unreachable"]:
            paper.line(f"Nobody is reached from {instant(each['since'])} to {instant(each['until'])}: {each['text']}.", "bold red")
        if found["unproven"]:
            paper.line(f"Not verified within 30 days, send a test: no channel of {', '.join(found['unproven'])}.", "yellow")
    paper.table(("contact", "since", "until", "state"), rows, empty="Nothing.")


_SHOW = "demarche rota show --party cert-ee"
_SET = 'demarche rota set "deputy mon,tue,wed,thu,fri,sat,sun 18:00-08:00 Europe/Tallinn" --party cert-ee'
_IMPORT = (
    'demarche rota import on-call.ics --means "summary=primary=duty_desk" --means "attendee=mari@cert.example=deputy" --party cert-ee',
    "demarche rota import --url https://calendar.example/on-call.ics --means every=deputy --party cert-ee",
)
_DROP = "demarche rota drop --party cert-ee"


@calls.call(rota, "show", "Who is on call, and when nobody can be reached.", _SHOW, draw=_draw)
def show() -> calls.Request:
    """Show who is on call in the next two weeks, and in red when nobody can be reached."""
    return calls.get("rota")


@calls.call(rota, "set", "Put weekly windows in place of those before.", _SET, draw=_draw)
@click.argument("windows", nargs=-1)
def set_(windows: tuple[str, ...]) -> calls.Request:
    """Put WINDOWS in place of those before; none takes them all away. Each is "CONTACT DAYS FROM-UNTIL ZONE".

    CONTACT is duty_desk, deputy or manager; DAYS are mon to sun with commas between; a window runs over midnight where its end is
    not later than its beginning.
    """
    return calls.Request("PUT", "rota", {"windows": [_window(each) for each in windows]})


@calls.call(rota, "import", "Have turns from an iCalendar file or address.", *_IMPORT, draw=_draw)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--url", metavar="URL", help="The address of a calendar, which the node fetches every hour; instead of FILE.")
@click.option(
    "--means", multiple=True, required=True, metavar="RULE", help="summary=TEXT=CONTACT, attendee=…, category=… or every=CONTACT."
)
def import_(file: Path | None, url: str | None, means: tuple[str, ...]) -> calls.Request:
    """Have turns from FILE, or from --url. The first RULE that fits an event says whom it means; an event that none fits is nobody's.

    A calendar that cannot be read changes nothing.
    """
    if (file is None) == (url is None):
        raise click.UsageError("Name a file or give --url; one of the two.")
    given = {"text": _text(file)} if file else {"url": url}
    return calls.Request("PUT", "rota/calendar", {**given, "mapping": [_mean(each) for each in means]})


@calls.call(rota, "drop", "Have no turns from a calendar any more.", _DROP, draw=_draw)
def drop() -> calls.Request:
    """Have no turns from a calendar any more; the weekly windows stay."""
    return calls.Request("DELETE", "rota/calendar")
