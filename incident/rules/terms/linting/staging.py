"""The counter-example: a case planned and routed by the very rules that plan real ones, and the lines that show the fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from incident.rules.case import Case
from incident.rules.commitment import Commitment, Target
from incident.rules.escalation.steps import JUST_AFTER, climbed, numbered, steps
from incident.rules.handling import WHOLE
from incident.rules.planning import Done, Happened, Planned, Standing, Verdict, plan, verdict
from incident.rules.routing.route import Draft, route
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.linting.casting import cast_case
from incident.rules.terms.linting.enacting import enacted, left_out
from incident.rules.terms.linting.finding import Stage

_TOLD = frozenset(
    {"waits", "no_number", "not_planned", "unknown", "predicted", "planned_for", "calendar_not_computed", "calendar_not_covered"}
)
"""Which reasons of a plan the example repeats."""


_READ = "This is read in the document itself; no case would be planned otherwise because of it."


def planned_on(agreement: Agreement, stage: Stage) -> tuple[Case, list[Planned]]:
    """The case of the stage, and the agreement's plan for it as far as the watched clauses depend on it."""
    case = cast_case(agreement, stage)
    return case, plan(case, (*_with_targets(agreement, stage),))


def example(agreement: Agreement, stage: Stage) -> tuple[str, ...]:
    """What happens in that case, for the watched clauses: obligations, rungs, notices and what is missing."""
    if stage.only_read:
        return (*stage.remarks, _READ)
    case, planned = planned_on(agreement, stage)
    lines = [*stage.remarks, _opening(case)]
    for name in (*stage.watched, *(each.id for each in stage.beside)):
        found = [each for each in planned if each.commitment.id == name or each.commitment.id.startswith(f"{name}.")]
        found = [each for each in found if not _is_real_other(agreement, name, each)]
        lines += [line for each in found for line in _of_one(each)] or [f"{name}: nobody owes anything under this clause."]
    if not (stage.watched or stage.beside or stage.about):
        names = sorted({each.commitment.id for each in planned})
        lines.append(f"Obligations are planned under {', '.join(names) or 'no clause'}, and under no other name.")
    watched = [each for each in planned if each.commitment.id in stage.watched]
    lines += _notices(case, watched)
    if stage.afterwards is not None:
        lines += _afterwards(agreement, stage, case, planned)
    if stage.acted:
        acts, following = enacted(stage, case, planned, (*_with_targets(agreement, stage),))
        lines += [*acts, *(line for each in following for line in _of_one(each))]
    if stage.about:
        lines += left_out(agreement, stage, case, lambda bound: [*_with_targets(bound, stage)])
    return tuple(dict.fromkeys(lines))


def _afterwards(agreement: Agreement, stage: Stage, case: Case, before: list[Planned]) -> Iterator[str]:
    """The same case once every other clause has been performed and every notice has been delivered."""
    done = [each for each in before if each.commitment.id != stage.afterwards]
    telling = [each for each in done if each.commitment.tell and each.creditor]
    happened = Happened(
        submitted={(each.commitment.source.name, each.commitment.id, each.debtor.id): (case.filed_at,) for each in done},
        delivered={
            (each.commitment.source.name, each.commitment.id, each.debtor.id, each.creditor.id): case.filed_at
            for each in telling
            if each.creditor
        },
    )
    for each in plan(case, (*_with_targets(agreement, stage),), happened):
        if each.commitment.id == stage.afterwards and (each.predicted or each.started_at is None):
            yield f"{each.commitment.id}: once every other clause is performed and every notice delivered, its clock has still not started."


def _is_real_other(agreement: Agreement, name: str, each: Planned) -> bool:
    """Whether what looks like an acknowledgement is a clause of its own."""
    return each.commitment.id != name and agreement.commitment(each.commitment.id) is not None


def concerned(agreement: Agreement, watched: tuple[str, ...]) -> tuple[Commitment, ...]:
    """The watched clauses and all that they wait for, directly or through others, in the order of the document; all where none is watched.

    What other clauses make of a case changes nothing about these.
    """
    waiting, seen = list(watched), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or (each := agreement.commitment(name)) is None:
            continue
        seen.add(name)
        waiting += [anchor.name for anchor in each.anchors if anchor.kind in ("after", "delivery")]
    return tuple(each for each in agreement.commitments if each.id in seen or not watched)


def _with_targets(agreement: Agreement, stage: Stage) -> Iterator[Commitment]:
    targets: dict[str, tuple[Target, ...]] = {}
    for name, target in agreement.targets:
        targets[name] = (*targets.get(name, ()), target)
    # Where only duties beside the agreement are looked at, its own clauses change nothing about them.
    clauses = () if stage.beside and not stage.watched else concerned(agreement, stage.watched)
    for each in (*clauses, *stage.beside):
        limits = replace(each.limits, restrictions=agreement.restrictions)
        yield replace(each, targets=(*each.targets, *targets.get(each.id, ())), limits=limits)


def _opening(case: Case) -> str:
    parts = [f"A case filed by {case.filer.name} at {_at(case.filed_at)}: severity {case.severity}, TLP:{case.tlp}, stage {case.stage}"]
    if case.affected_countries:
        parts.append(f"affected countries {', '.join(case.affected_countries)}")
    stated = sorted({f"{fact.name} {_value(fact.value)}" for fact in case.facts.by_key.values()})
    return "; ".join([*parts, *stated]) + "."


def _value(value: object) -> str:
    earliest = getattr(value, "earliest", None)
    if isinstance(earliest, datetime):
        return _at(earliest)
    return {True: "yes", False: "no", None: "unknown"}[value] if value is None or isinstance(value, bool) else str(value)


def _of_one(each: Planned) -> Iterator[str]:
    creditor = "" if each.creditor is None else f" to {each.creditor.name}"
    if each.deadline is not None:
        due = f"due {_at(each.deadline.due_at)}"
        due += f", planned for {_at(each.deadline.target_at)}" if each.deadline.target_at != each.deadline.due_at else ""
    else:
        due = "no instant is due" if each.planned_for is None else f"planned for {_at(each.planned_for)}, no instant is due"
    started = f", started {_at(each.started_at)}" if each.started_at else ""
    maybe = " (whether it applies is unknown)" if each.provisional else ""
    yield f"{each.commitment.id}: {each.debtor.name} owes it{creditor}{maybe}; {due}{started}."
    for line in each.because:
        if line.code in _TOLD:
            yield f"{each.commitment.id}: {line.text}{f' That is {_at(line.at)}.' if line.code == 'planned_for' and line.at else ''}"
    yield from _rungs(each)


def _rungs(each: Planned) -> Iterator[str]:
    ladder = each.commitment.ladder
    if each.commitment.acknowledge_within is not None:  # then it is the acknowledgement that has the ladder
        return
    if not ladder and each.commitment.id.endswith(".acknowledge") and each.deadline:
        yield f"{each.commitment.id}: nobody else is told when that instant comes near or has passed."
    if not ladder:
        return
    if each.deadline is None or each.started_at is None:
        yield f"{each.commitment.id}: no rung of the ladder is ever climbed."
        return
    due, started, again = each.deadline.due_at, each.started_at, each.commitment.ladder_again
    first = min(started, due - ladder[0].before)
    made = steps(started_at=started, target_at=each.deadline.target_at, due_at=due, now=first, ladder=ladder, again=again)
    looks = {step.name: step.look_at for step in made if step.kind == "escalate"}
    for name, rung in numbered(climbed(ladder, again)):
        at, meant = looks.get(name, started), due - rung.before
        late = "at or after the due instant" if meant >= due else "asked for at or before the start" if meant <= started else "in time"
        told = "told" if "." not in name else "told again"
        yield f"{each.commitment.id}: the {rung.contact} is {told} at {_at(at)}, {late}."


def _notices(case: Case, watched: list[Planned]) -> Iterator[str]:
    drafts = [draft for draft in route(case, watched) if draft.performs]
    for draft in drafts:
        yield from _notice(draft)
        yield from _unmoved(draft)
    performed = {each.key for draft in drafts for each in draft.performs}
    for each in watched:
        if each.key not in performed and each.commitment.discharged_by in ("sent", "received"):
            yield f"{each.commitment.id}: no notice goes out, and only a notice ends this duty."


def _notice(draft: Draft) -> Iterator[str]:
    how = {"at_once": "goes at once", "officer": "awaits an officer", "withheld": "stays whole"}[draft.way]
    names = ", ".join(dict.fromkeys(each.commitment.id for each in draft.performs))
    carries = f" and carries {', '.join(sorted(draft.items))}" if draft.items else ""
    yield f"{names}: the notice to {draft.recipient.name} in {draft.recipient.jurisdiction} {how}{carries}."
    yield from (
        f"{names}: {'everything' if each.field == WHOLE else each.field} is withheld ({each.rule}). {each.why}" for each in draft.withheld
    )
    asked = dict.fromkeys(field for each in draft.performs for field in each.commitment.contains)
    if missing := [each for each in asked if not _carried(each, draft)]:
        yield f"{names}: the notice lacks {', '.join(missing)}, which it must contain."


def _unmoved(draft: Draft) -> Iterator[str]:
    """Duties that stand as missed although the notice that performs them was received as soon as it could be."""
    for each in draft.performs:
        due, started = (each.deadline.due_at if each.deadline else None), each.started_at
        if due is None or started is None or not draft.items:
            continue
        standing = Standing(due, each.commitment.discharged_by)
        if verdict(standing, [Done("received", started, started)], due + JUST_AFTER) is Verdict.MISSED:
            ends = each.commitment.discharged_by
            yield f"{each.commitment.id}: although the notice arrives in time, the duty is missed: only “{ends}” of its debtor ends it."


def _carried(field: str, draft: Draft) -> bool:
    return field in draft.items or (field.startswith("fact:") and "facts" in draft.items)


def _at(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
