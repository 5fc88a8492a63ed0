"""What a simulation came to, as plain values: parties by slug, instants in UTC, as everywhere in `incident.answers`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from incident import answers
from incident.answers import Json
from incident.records.cases import Row
from incident.rules.planning import Key
from incident.rules.routing import Draft
from incident.rules.simulate import Clock, Conflict, Judged, Simulated, Telling
from incident.rules.terms import Agreement
from incident.rules.terms.composing import group_of
from incident.rules.terms.composing.comparing import earliest
from incident.rules.typical import Part, Played

_CLOCKS = ("same", "added", "gone", "earlier", "later", "other")
Layers = dict[tuple[str, str, str], Json]
_NOTICES = ("same", "added", "gone", "other")


def described(agreement: Agreement, found: Simulated) -> Json:
    """Of a case that was described: every clock, and every notice with all that its recipient would see."""
    firsts = _firsts(found)
    case = {
        "incident": None, "incident_ref": None, "reference": found.case.reference, **_case(found),
        "clocks": [_clock(each, firsts, reasons=True) for each in found.clocks],
        "notices": [{**_notice(each), "items": _items(each)} for each in found.tellings],
    }  # fmt: skip
    heading = _heading(agreement, _layers(agreement, found))
    return {**heading, "total": 1, "next": None, "summary": _summary(found), "cases": [case]}


def past(agreement: Agreement, tried: Iterable[tuple[Row, Simulated]], *, total: int, following: str | None) -> Json:
    """Of cases on record: the sum, and of each case what is different or would have been late."""
    cases: list[Json] = []
    layers: Layers = {}
    summary = _summary_of_none()
    for row, found in tried:
        layers |= _layers(agreement, found)
        firsts = _firsts(found)
        summary = _added(summary, _summary(found))
        cases.append({
            "incident": str(row.id), "incident_ref": row.ref, "reference": row.reference, **_case(found),
            "clocks": [_clock(each, firsts) for each in found.clocks if each.change != "same" or _newly_late(each)],
            "notices": [_notice(each) for each in found.tellings if each.change != "same"],
        })  # fmt: skip
    return {**_heading(agreement, layers), "total": total, "next": following, "summary": summary, "cases": cases}


def typical(agreement: Agreement, tried: Iterable[tuple[Played, Simulated]], *, full: bool) -> Json:
    """Of typical cases: who played whom, and what is different; `full`: every clock with its reasons, and all that is seen."""
    cases: list[Json] = []
    layers: Layers = {}
    summary = _summary_of_none()
    for played, found in tried:
        layers |= _layers(agreement, found, played.beside)
        summary = _added(summary, _summary(found))
        firsts = _firsts(found)
        clocks = [_clock(each, firsts, reasons=full) for each in found.clocks if full or each.change != "same"]
        notices = [_notice(each) | ({"items": _items(each)} if full else {}) for each in found.tellings if full or each.change != "same"]
        cases.append({
            "incident": None, "incident_ref": None, "reference": found.case.reference, **_case(found), "typical": _played(played),
            "clocks": clocks, "notices": notices,
        })  # fmt: skip
    return {**_heading(agreement, layers), "total": len(cases), "next": None, "summary": summary, "cases": cases}


def _played(played: Played) -> Json:
    case = played.typical
    return {
        "id": case.id, "title": case.title, "step": played.step, "aware_at": answers.at(played.aware_at),
        "by": "own" if played.own else "invented", "cast": [_part(each) for each in played.parts],
    }  # fmt: skip


def _part(each: Part) -> Json:
    return {"party": each.party, "plays": each.as_.slug if each.as_ else None, "part": each.duty, "how": each.how}


def _items(each: Telling) -> Json | None:
    return dict(each.then.items) if each.then else None


def _heading(agreement: Agreement, layers: Layers) -> Json:
    named = {"name": agreement.name, "version": agreement.version, "title": agreement.title, "digest": agreement.digest}
    return {"agreement": named, "beside": [layers[each] for each in sorted(layers)]}


def _layers(agreement: Agreement, found: Simulated, brought_in: Iterable[Agreement] = ()) -> Layers:
    """The documents that it was tried together with: those brought in, and those under which something is owed beside it."""
    sources = (each.commitment.source for each in found.planned)
    owed = {(each.name, each.version, each.digest) for each in sources if each.kind == "agreement" and each.name != agreement.name}
    both = owed | {(each.name, each.version, each.digest) for each in brought_in}
    return {each: {"name": each[0], "version": each[1], "digest": each[2]} for each in both}


def _case(found: Simulated) -> Json:
    return {
        "deployment": found.case.deployment.slug,
        "filed_at": answers.at(found.case.filed_at),
        "in_place_of": [{"name": each.name, "version": each.version, "digest": each.digest} for each in found.replaced],
        "unchanged": sum(each.change == "same" for each in found.clocks),
        "off_record": found.off_record,
        "conflicts": [_conflict(each) for each in found.conflicts],
    }


def _firsts(found: Simulated) -> dict[Key, int]:
    """By obligation, of how many clauses about its duty that its debtor owes it is the first due; no others are in it."""
    groups = [each for each in earliest(found.planned) if each.first]
    counts = {each.first.key: len({one.key[:2] for one in each.planned if not one.provisional}) for each in groups if each.first}
    return {key: count for key, count in counts.items() if count > 1}


def _clock(each: Clock, firsts: Mapping[Key, int], *, reasons: bool = False) -> Json:
    planned, source = each.shown.planned, each.shown.planned.commitment.source
    return {
        "commitment": planned.commitment.id,
        "title": planned.commitment.title,
        "source": {"kind": source.kind, "name": source.name, "version": source.version, "cite": source.cite, "digest": source.digest},
        "owed_by": planned.debtor.slug,
        "owed_to": planned.creditor.slug if planned.creditor else None,
        "occurrence": planned.occurrence,
        "reading": planned.reading,
        "duty": group_of(planned.commitment),
        "earliest_of": firsts.get(each.key) if each.then else None,
        "change": each.change,
        "then": _judged(each.then, reasons),
        "before": _judged(each.before, reasons),
    }


def _judged(each: Judged | None, reasons: bool) -> Json | None:
    if each is None:
        return None
    planned = each.planned
    judged = {
        "started_at": answers.at(planned.started_at),
        "target_at": answers.at(planned.target_at),
        "due_at": answers.at(planned.deadline.due_at if planned.deadline else None),
        "provisional": planned.provisional,
        "predicted": planned.predicted,
        "verdict": each.verdict.value,
        "acts": each.acts,
        "late": each.late,
        "untested": each.untested,
    }
    return judged | ({"because": answers.because(planned.because)} if reasons else {})


def _notice(each: Telling) -> Json:
    return {
        "to": each.recipient.slug,
        "change": each.change,
        "fields": list(each.fields),
        "then": _draft(each.then),
        "before": _draft(each.before),
    }


def _draft(draft: Draft | None) -> Json | None:
    if draft is None:
        return None
    held = {each.field: {"field": each.field, "rule": each.rule, "why": each.why} for each in draft.withheld}
    return {
        "title": draft.title, "pre_authorised_by": draft.pre_authorised_by, "sees": list(draft.items), "digest": draft.digest,
        "withheld": list(held.values()),
    }  # fmt: skip


def _conflict(each: Conflict) -> Json:
    return {
        "code": each.code, "source": each.source, "commitment": each.commitment, "cite": each.cite, "to": each.to, "why": each.why,
        "new": each.new,
    }  # fmt: skip


def _newly_late(each: Clock) -> bool:
    return bool(each.then and each.then.late) != bool(each.before and each.before.late)


def _differs(found: Simulated) -> bool:
    return any(each.change != "same" for each in found.clocks) or any(each.change != "same" for each in found.tellings)


def _summary(found: Simulated) -> Json:
    clocks, changes = found.clocks, Counter[str](each.change for each in found.clocks)
    notices = Counter[str](each.change for each in found.tellings)
    return {
        "cases": 1,
        "different": int(_differs(found)),
        "clocks": {name: changes[name] for name in _CLOCKS},
        "notices": {name: notices[name] for name in _NOTICES},
        "late": sum(bool(each.then and each.then.late) for each in clocks),
        "late_before": sum(bool(each.before and each.before.late) for each in clocks),
        "untested": sum(bool(each.then and each.then.untested) for each in clocks),
        "conflicts": sum(each.new for each in found.conflicts),
        "off_record": int(found.off_record > 0),
    }


def _summary_of_none() -> Json:
    clocks, notices = dict.fromkeys(_CLOCKS, 0), dict.fromkeys(_NOTICES, 0)
    numbers = ("late", "late_before", "untested", "conflicts", "off_record")
    return {"cases": 0, "different": 0, "clocks": clocks, "notices": notices, **dict.fromkeys(numbers, 0)}


def _added(one: Json, other: Json) -> Json:
    return {name: _added(each, other[name]) if isinstance(each, dict) else each + other[name] for name, each in one.items()}
