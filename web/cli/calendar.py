"""`demarche calendar`: which days a place is closed, why, and how far that is known."""

from __future__ import annotations

from typing import Any

import rich_click as click

from incident.rules.legaltime.calendar_years import CalendarYear, year_of
from incident.rules.legaltime.calendars import Known, known, shipped
from incident.rules.legaltime.calendars import calendar as named
from incident.rules.legaltime.zones import weekday
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper, clean


@click.group(cls=click.RichGroup)
def calendar() -> None:
    """Show the calendars that deadlines are counted with."""


@calendar.command("show")
@click.argument("place", metavar="PLACE")
@click.argument("year", type=int)
@click.option("--category", metavar="NAME", help="public (the default), bank, government, institution, or another that the place has.")
@click.option("--subdivision", metavar="CODE", help="A part of the country, such as BY for Bavaria.")
@answering
def show(place: str, year: int, category: str | None, subdivision: str | None) -> Answer:
    """Show the closed days of a year, their source, and how far the calendar is known.

    Needs no node. PLACE is a country code such as DE, or a whole calendar as agreements name it: DE:bank, DE-BY:public, EU:institution,
    weekend. The table has the days with a name; what is not
    settled goes to stderr. With --json every closed day: {id, title, jurisdiction, subdivision, category, year,
    weekend, version, covered_from, published_until, computed_until, source, evidence, doubts, notes, closed: [{on, weekday, name,
    weekend}]}.

    \b
    Examples:
      demarche calendar show DE 2026 --category bank
      demarche calendar show DE 2026 --subdivision BY
      demarche calendar show JP:government 2026 --json

    Exit codes: 0 done; 1 there is no such calendar, or the year lies outside 1900 to 2200; 2 wrong usage.
    """
    found = year_of(named(_id(place, category, subdivision)), year)
    return Answer(found.document(), lambda paper: _draw_year(paper, found))


@calendar.command("list")
@click.argument("country", required=False, metavar="[COUNTRY]")
@answering
def list_(country: str | None) -> Answer:
    """List the calendars there are: by country, and those with a file of their own.

    Needs no node. With COUNTRY, a code such as DE, that country alone, with its subdivisions. With --json: {countries: [{code, name,
    categories, subdivisions}], shipped: [{id, title, version, published_until, evidence, source}]}.

    \b
    Examples:
      demarche calendar list
      demarche calendar list DE
      demarche calendar list --json

    Exit codes: 0 done; 1 no calendar is known for the country; 2 wrong usage.
    """
    countries = known()
    files = shipped()
    if country is not None:
        countries = tuple(each for each in countries if each.code == country)
        files = tuple(each for each in files if each.id.startswith((f"{country}:", f"{country}-")))
        if not countries:
            named(f"{country}:public")  # says what was expected
    document = {
        "countries": [_country(each) for each in countries],
        "shipped": [
            {
                "id": each.id, "title": each.title, "version": each.version, "published_until": each.published_until,
                "evidence": each.evidence, "source": each.source,
            }
            for each in files
        ],
    }  # fmt: skip
    return Answer(document, lambda paper: _draw_list(paper, document, alone=country is not None))


def _id(place: str, category: str | None, subdivision: str | None) -> str:
    if ":" in place or place in ("none", "weekend"):
        if category or subdivision:
            raise click.UsageError(f"{place} is a whole calendar already; leave out --category and --subdivision.")
        return place
    return f"{place}{'-' + subdivision if subdivision else ''}:{category or 'public'}"


def _country(each: Known) -> dict[str, Any]:
    return {"code": each.code, "name": each.name, "categories": list(each.categories), "subdivisions": list(each.parts)}


def _draw_year(paper: Paper, found: CalendarYear) -> None:
    made = found.calendar
    if paper.console.is_terminal:
        paper.line(f"{made.id}  {made.title}, {found.year}", "bold")
        paper.line(f"Weekend: {', '.join(found.weekend) or 'none'}")
    rows = [(each.on, weekday(each.on), each.name, "weekend" if each.weekend else "") for each in found.named]
    paper.table(("date", "weekday", "closed because", "also"), rows, empty="No day is closed by name in this year.")
    if paper.console.is_terminal:
        paper.line(f"Source ({made.evidence}): {found.source}")
        paper.line(f"Published: {made.published_until or 'until changed'}. Version: {made.version}.")
    for each in (*found.notes, *(f"Doubt: {doubt}" for doubt in made.doubts)):
        click.echo(clean(each), err=True)


def _draw_list(paper: Paper, document: dict[str, Any], *, alone: bool) -> None:
    rows = [
        (each["code"], each["name"], ", ".join(each["categories"]), ", ".join(each["subdivisions"]) if alone else len(each["subdivisions"]))
        for each in document["countries"]
    ]
    paper.table(("code", "country", "categories", "subdivisions"), rows)
    if document["shipped"]:
        paper.line()
        paper.table(
            ("calendar with a file", "title", "published until", "evidence"),
            [(each["id"], each["title"], each["published_until"] or "until changed", each["evidence"]) for each in document["shipped"]],
        )
