"""What a well-formed agreement may still get wrong: clauses that cannot run, cannot be met, or would tell nobody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from incident.rules.commitment import Anchor, Commitment, Discharge
from incident.rules.conditions import named
from incident.rules.handling.fields import FACT
from incident.rules.legaltime.values import Period
from incident.rules.terms.agreement import Agreement

CASE_FACTS = frozenset({"severity", "tlp", "stage", "affected_countries", "exercise", "jurisdiction"})
"""What a condition may ask beside stated facts: what the case is, and the country of a party."""

_SPANS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "bd": timedelta(days=1)}
_NOTICES = (Discharge.SENT, Discharge.RECEIVED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend before signing. An `error` cannot work as written; a `warning` may be meant."""

    code: str
    level: Literal["error", "warning"]
    pointer: str
    message: str


_Said = tuple[str, Literal["error", "warning"], str, str]  # code, level, pointer below the clause, message


def lint(
    agreement: Agreement, known_facts: Collection[str] | None = None, known_duties: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Findings in the order of the clauses. Names of facts, and of laws' duties, are checked where the known ones are given."""
    found: list[Finding] = []
    for place, each in enumerate(agreement.commitments):
        said = [say for rule in _RULES for say in rule(each, agreement)]
        said += [] if known_facts is None else _unknown_facts(each, known_facts)
        found += [Finding(code, level, f"/commitments/{place}{below}", f"{each.id}: {message}") for code, level, below, message in said]
    return (*found, *_unknown_targets(agreement, known_duties or ()))


def _unknown_targets(agreement: Agreement, known: Collection[str]) -> Iterator[Finding]:
    for place, (name, _) in enumerate(agreement.targets):
        if known and name not in known and agreement.commitment(name) is None:
            message = f"{name} is no duty of this agreement or of a law that is known here; the target plans nothing."
            yield Finding("unknown_duty", "error", f"/planning_targets/{place}/for", message)


def _notice(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    if each.tell is not None:
        if "tlp" not in each.tell.fields:
            yield "unlabelled_notice", "warning", "/tell/fields", "the notice goes out without its TLP label; add tlp."
        return
    if each.discharged_by in _NOTICES:
        message = f"is discharged when a notice is {each.discharged_by}, but sends none; add tell."
        yield "no_notice", "error", "/discharged_by", message
    if each.acknowledge_within is not None:
        message = "asks for an acknowledgement of a notice that it does not send; add tell."
        yield "acknowledges_nothing", "error", "/acknowledge_within", message


def _withheld(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    told = () if each.tell is None else each.tell.fields
    for place, field in enumerate(told):
        by_facts = "facts" in each.limits.withhold and FACT.fullmatch(field)
        if field not in each.limits.withhold and not by_facts:
            continue
        if each.tell is not None and each.tell.release == "pre_authorised":
            message = f"{field} goes out without an officer, yet handling withholds it; drop one of the two."
            yield "pre_authorised_but_withheld", "error", f"/tell/fields/{place}", message
        else:
            yield "told_but_withheld", "warning", f"/tell/fields/{place}", f"{field} is told and withheld at once."


def _incomplete(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    if each.tell is None or each.discharged_by not in _NOTICES:
        return
    for place, field in enumerate(each.contains):
        if field not in each.tell.fields and not ("facts" in each.tell.fields and FACT.fullmatch(field)):
            message = f"the notice must contain {field}, but does not tell it."
            yield "contains_untold", "error", f"/must_contain/{place}", message


def _ladder(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    span = each.acknowledge_within or each.period
    if each.acknowledge_within is not None and not each.ladder:
        message = "nobody else is told when the acknowledgement does not come; add a ladder."
        yield "no_ladder", "warning", "/acknowledge_within", message
    if each.ladder and span is None:
        yield "ladder_without_deadline", "error", "/ladder", "counts back from a due instant that does not exist."
    for place, rung in enumerate(each.ladder):
        at = f"/ladder/{place}/before"
        if rung.before <= timedelta(0):
            message = f"the {rung.contact} is told at or after the due instant; expected a time before it."
            yield "rung_after_due", "error", at, message
        if span is not None and (length := _length(span)) is not None and rung.before >= length:
            message = f"the {rung.contact} would be told before the clock starts; the period is shorter."
            yield "rung_before_start", "error", at, message
    befores = [rung.before for rung in each.ladder]
    if befores != sorted(befores, reverse=True):
        yield "ladder_out_of_order", "warning", "/ladder", "the rungs are not in the order in which they are climbed."


def _length(span: Period) -> timedelta | None:
    """The least that the period can last, where that is plain; months are long enough for any rung."""
    return span.n * _SPANS[span.unit] if span.unit in _SPANS else None


def _anchors(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    for anchor in each.anchors:
        if anchor.kind not in ("after", "delivery"):
            continue
        other = agreement.commitment(anchor.name)
        if other is None:
            yield "unknown_anchor", "error", "/anchor", f"{anchor.kind} names {anchor.name}, which is no commitment."
        elif anchor.kind == "delivery":
            yield from _delivery(each, other)
        elif other.owed_by.role != each.owed_by.role:
            message = f"starts when its own debtor has done {other.id}, but {other.owed_by.role} owes that."
            yield "after_another_debtor", "error", "/anchor", message


def _delivery(each: Commitment, other: Commitment) -> Iterator[_Said]:
    if other.tell is None:
        yield "delivery_of_nothing", "error", "/anchor", f"starts at the delivery of {other.id}, which sends no notice."
    elif each.owed_by.role not in (other.owed_by.role, other.owed_to.role):
        message = f"its debtor neither sends nor receives the notice of {other.id}, so the clock never starts."
        yield "delivery_to_others", "error", "/anchor", message


def _cycle(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    # Only a clause that waits for itself is named; those that merely wait for a circle are mended with it.
    waiting, seen = [each.id], set[str]()
    while waiting:
        current = agreement.commitment(waiting.pop())
        before = () if current is None else _waits_for(current)
        if each.id in before:
            yield "cycle", "error", "/anchor", "waits for itself, directly or through others; no clock ever starts."
            return
        waiting += [name for name in before if name not in seen]
        seen.update(before)


def _waits_for(each: Commitment) -> tuple[str, ...]:
    """What must have happened first. The earliest of several starts without the others."""
    chained = tuple(anchor.name for anchor in each.anchors if anchor.kind in ("after", "delivery"))
    if each.combine == "earliest" and len(chained) < len(each.anchors):
        return ()
    # A notice goes out when the duty begins, not when it is done: one's own delivery is no circle of clauses.
    return chained


def _self_owed(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    if each.owed_by.role == each.owed_to.role and each.owed_by.competence == each.owed_to.competence:
        yield "owed_to_oneself", "warning", "/owed_to", f"{each.owed_by.role} owes this to itself."


def _no_clock(each: Commitment, agreement: Agreement) -> Iterator[_Said]:
    if each.period is None and each.extendable is not None:
        yield "extends_nothing", "warning", "/extendable", "may be extended, but has no period."


def _unknown_facts(each: Commitment, known: Collection[str]) -> Iterator[_Said]:
    for fact in sorted({fact for fact, _ in named(each.when)} - set(known) - CASE_FACTS):
        yield "unknown_fact", "error", "/when", f"no fact is called {fact}."
    for fact in sorted({anchor.name for anchor in each.anchors if _unknown(anchor, known)}):
        yield "unknown_fact", "error", "/anchor", f"no fact is called {fact}."
    told = () if each.tell is None else each.tell.fields
    for field in (*told, *each.contains, *each.limits.withhold):
        if (found := FACT.fullmatch(field)) and found[1] not in known:
            yield "unknown_fact", "error", "/tell", f"no fact is called {found[1]}."


def _unknown(anchor: Anchor, known: Collection[str]) -> bool:
    return anchor.kind == "fact" and anchor.name not in known


_RULES: tuple[Callable[[Commitment, Agreement], Iterator[_Said]], ...] = (
    _notice,
    _withheld,
    _incomplete,
    _ladder,
    _anchors,
    _cycle,
    _self_owed,
    _no_clock,
)
