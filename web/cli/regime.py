"""`demarche regime`: the catalogue of laws, in a terminal."""

from __future__ import annotations

from datetime import date, datetime

import rich_click as click

from incident import law
from incident.answers import Json
from incident.clock import wall
from incident.errors import NotFound
from incident.rules import regimes
from incident.rules.legaltime import rules
from incident.rules.regimes.values import Regime
from web import law_words
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper
from web.schemas.supposing import nearest_regimes

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=click.RichGroup)
def regime() -> None:
    """Browse the laws that this version knows, each number with its citation."""


@regime.command("list")
@click.option("--on", type=_DAY, metavar="DATE", help="As of this day. Default: today in UTC.")
@click.option("--jurisdiction", metavar="CODE", help="Only those of this jurisdiction, such as EU, DE or US-NY.")
@click.option("--unarmed", is_flag=True, help="Only those of which something starts no clock until an officer arms it.")
@click.argument("text", required=False, metavar="[TEXT]")
@answering
def list_(on: datetime | None, jurisdiction: str | None, unarmed: bool, text: str | None) -> Answer:
    """List the laws, and what of them applied on a day.

    Needs no node. TEXT is searched in ids, names and citations. `binding`: it applies on that day; `planning`, `template`: shown
    for planning only; `not`: not yet, no more, or never. With --json: {on, regimes: [{id, name, jurisdiction, citation, state,
    since, standing, overlay_of, evidence, unarmed, stages}]}; `unarmed` names the stages that need arming, or is true for all.

    \b
    Examples:
      demarche regime list
      demarche regime list nis2 --on 2026-09-01
      demarche regime list --jurisdiction US --json

    Exit codes: 0 done, also when none fits; 2 wrong usage.
    """
    day = on.date() if on else wall().date()
    needle = (text or "").lower()
    found = [
        each
        for each in regimes.catalogue()
        if needle in f"{each.id} {each.name} {each.citation}".lower()
        and (jurisdiction is None or jurisdiction.upper() == each.jurisdiction)
        and (not unarmed or _unarmed(each))
    ]
    document = {"on": day.isoformat(), "regimes": [_line(each, day) for each in found]}
    return Answer(document, lambda paper: _draw_list(paper, document))


@regime.command("show")
@click.argument("id", metavar="ID")
@click.option("--on", type=_DAY, metavar="DATE", help="As of this day. Default: today in UTC.")
@answering
def show(id: str, on: datetime | None) -> Answer:
    """Show one law: its status, whether it is armed, and every stage with its number and citation.

    Needs no node. With --json the regime as GET /api/v1/regimes/ID gives it, and {on, standing, standing_says}; what a party has
    armed is known to its node alone.

    \b
    Examples:
      demarche regime show eu.nis2.art23
      demarche regime show eu.cra.art14.vuln --on 2026-09-01 --json

    Exit codes: 0 done; 1 there is no such regime; 2 wrong usage.
    """
    found = regimes.regime(id)
    if found is None:
        raise NotFound(f"There is no regime {id!r}{nearest_regimes(id)}.", code="unknown_regime")
    day = on.date() if on else wall().date()
    says = {"on": day.isoformat(), "standing": found.standing(day), "standing_says": law.standing_says(found, day)}
    return Answer(law.regime(found) | says, lambda paper: _draw(paper, found, day))


def _unarmed(found: Regime) -> bool | list[str]:
    return True if found.needs_arming else [each.id for each in found.stages if each.unarmed_because]


def _line(found: Regime, on: date) -> Json:
    return {
        "id": found.id, "name": found.name, "jurisdiction": found.jurisdiction, "citation": found.citation, "state": found.status.state,
        "since": found.status.since and found.status.since.isoformat(), "standing": found.standing(on),
        "overlay_of": found.overlay_of, "evidence": found.evidence, "unarmed": _unarmed(found),
        "stages": [each.id for each in found.stages],
    }  # fmt: skip


def _draw_list(paper: Paper, document: Json) -> None:
    rows = [
        (
            each["id"], each["name"], each["jurisdiction"], each["state"], each["since"], each["standing"],
            "no" if each["unarmed"] is True else f"all but {len(each['unarmed'])}" if each["unarmed"] else "yes",
            each["evidence"], len(each["stages"]),
        )
        for each in document["regimes"]
    ]  # fmt: skip
    columns = ("id", "law", "of", "state", "since", f"on {document['on']}", "armed", "evidence", "stages")
    paper.table(columns, rows, empty="No law fits.", spare=("evidence", "stages", "state"))


def _draw(paper: Paper, found: Regime, on: date) -> None:
    paper.line(f"{found.name}  ({found.id}, version {found.version})", "bold")
    paper.paragraphs(f"{found.citation}\nStatus: {found.status.state}. {_dates(found)} On {on}: {law.standing_says(found, on)}")
    for each in (found.status.note, found.unarmed_because and f"Starts no clock until an officer arms it: {found.unarmed_because}"):
        if each:
            paper.paragraphs(each)
    paper.line()
    stages = law.regime(found)["stages"]
    columns = ("stage", "from", "within", "counted", "told", "ends when", "citation", "remarks")
    rows = [
        (
            each["id"], law_words.starts(each), law_words.span(each), each["period"]["rule"] if each["period"] else "",
            law_words.told(each), each["discharged_by"], each["period_cite"] or each["cite"], "; ".join(_remarks(each)),
        )
        for each in stages
    ]  # fmt: skip
    paper.table(columns, rows, spare=("remarks", "ends when", "counted", "told"))
    if paper.console.is_terminal:
        paper.paragraphs(f"Evidence: {found.evidence} ({found.evidence_detail}). Source: {found.source}")
        used = sorted({each.period.rule for each in found.stages if each.period})
        paper.paragraphs("\n".join(f"{name}: {rules()[name].says}" for name in used))


def _dates(found: Regime) -> str:
    since, until = found.status.since, found.status.until
    return " ".join(word for word in (f"Since {since}." if since else "No date.", f"Until {until}." if until else "") if word)


def _remarks(stage: Json) -> list[str]:
    found = [f"{stage['kind']}, no deadline"] if stage["kind"] != "deadline" else []
    found += ["needs arming"] if stage["unarmed_because"] else []
    return found + ([f"comes again for every {stage['repeats']}"] if stage["repeats"] else [])
