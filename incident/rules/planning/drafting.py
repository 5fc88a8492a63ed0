"""Whether a commitment binds in a case, and whom: drafts, still undated, one for each debtor, creditor and occurrence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from incident.rules.case import Case, Party
from incident.rules.commitment import AFFECTED, Anchor, Commitment, Discharge, Parties, Role
from incident.rules.conditions import Truth, named, truth
from incident.rules.escalation import on_call
from incident.rules.gates import Gate
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment
from incident.rules.planning.asking import look_up, who
from incident.rules.planning.roles import members, single_point_of_contact
from incident.rules.planning.values import FIRST, NOT_PLANNED, Anchored, Happened, Planned
from incident.rules.planning.yielding import with_more_time, without_what_gave_way


class Sitting:
    """One case being planned, with the answers that many commitments ask for again: who a role is, what a party is not."""

    def __init__(self, case: Case, happened: Happened) -> None:
        self.case, self.happened = case, happened
        self._members: dict[tuple[Role, str | None, str | None, tuple[str, ...]], list[Party]] = {}
        self._is_not: dict[int, frozenset[str]] = {}  # by the identity of parties and gates, which the case and catalogue keep alive
        self._open: dict[tuple[int, int], bool] = {}

    def members(self, asked: Parties, debtor: Party | None) -> list[Party]:
        """As `roles.members`."""
        key = (asked.role, asked.competence, debtor.jurisdiction if debtor and asked.role is Role.AUTHORITY else None, asked.named)
        found = self._members.get(key)
        if found is None:
            found = self._members[key] = members(self.case, asked, debtor)
        return found

    def passes(self, gate: Gate | None, of: str, party: Party | None) -> bool:
        """Whether the gate, where it looks at that role, is open for the party."""
        if gate is None or gate.of != of or party is None:
            return True
        key = (id(gate), id(party))
        found = self._open.get(key)
        if found is None:
            is_not = self._is_not.get(id(party))
            if is_not is None:
                is_not = self._is_not[id(party)] = self.case.is_not(party)
            found = self._open[key] = gate.is_open(party.jurisdiction, is_not)
        return found


def drafts_of(sitting: Sitting, commitment: Commitment) -> Iterator[Planned]:
    """Every debtor, creditor and occurrence that the commitment has in this case."""
    gate = commitment.gate
    if commitment.owed_to.role in AFFECTED and not sitting.case.cross_border:
        return
    if not sitting.passes(gate, "operator", sitting.case.operator):
        return
    for debtor in _signing(commitment, commitment.owed_by, sitting.members(commitment.owed_by, None)):
        if not sitting.passes(gate, "owed_by", debtor):
            continue
        found = [each for each in sitting.members(commitment.owed_to, debtor) if each.id != debtor.id]
        if commitment.owed_to.role is Role.AFFECTED_SPOCS and commitment.signatories is None:
            yield from _without_contact(sitting, commitment, debtor)
            if not found:
                continue
        creditors: list[Party | None] = list(_signing(commitment, commitment.owed_to, found))
        if not creditors and commitment.signatories is None:
            creditors = [None]  # the law binds although the authority is not a party of this node
        for creditor in creditors:
            if commitment.apart and creditor is not None and {debtor.uri, creditor.uri} <= commitment.apart:
                continue
            if sitting.passes(gate, "owed_to", creditor):
                yield from _for_pair(sitting.case, commitment, debtor, creditor, sitting.happened)


def _without_contact(sitting: Sitting, commitment: Commitment, debtor: Party) -> Iterator[Planned]:
    """What is owed to a state of which the directory knows no single point of contact: it is owed all the same, and seen."""
    bare = replace(commitment, acknowledge_within=None)  # nobody is there to acknowledge
    for state in sitting.case.cross_border:
        if single_point_of_contact(sitting.case, state) is not None:
            continue
        nobody = Party(uuid5(NAMESPACE_URL, state), "", "", state, "spoc", state, debtor.zone, debtor.calendar)
        text = f"No single point of contact is registered for {state}."
        for each in _for_pair(sitting.case, bare, debtor, nobody, sitting.happened):
            because = (*each.because, Because("no_contact", text))
            yield replace(each, creditor=None, occurrence=f"to {state}", because=because)


def without_displaced(drafts: list[Planned]) -> list[Planned]:
    """Where two laws bind the same debtor and a cited relation puts one in the other's place, only that one stays, and says so.

    A law of which it is not known whether it binds displaces nothing; the other one says that it may.
    """
    binding = {(each.commitment.source.name, each.debtor.id) for each in drafts if not each.provisional}
    open_ = {(each.commitment.source.name, each.debtor.id) for each in drafts}
    kept: list[Planned] = []
    displaced: dict[tuple[str, object], dict[str, str]] = {}
    for each in drafts:
        by = [(name, cite) for name, cite in each.commitment.displaced_by if (name, each.debtor.id) in binding]
        for name, cite in by:
            displaced.setdefault((name, each.debtor.id), {})[each.commitment.source.name] = cite
        if not by:
            kept.append(_may_be_displaced(each, [pair for pair in each.commitment.displaced_by if (pair[0], each.debtor.id) in open_]))
    return [_stands_for(each, displaced.get((each.commitment.source.name, each.debtor.id), {})) for each in kept]


def unplanned(case: Case, commitment: Commitment, error: Exception) -> Planned:
    """An obligation of the filer: look now, because this clause could not be planned."""
    look = replace(
        commitment,
        title=f"Could not be planned, look now: {commitment.title}",
        owed_by=Parties(Role.FILER),
        owed_to=Parties(Role.FILER),
        discharged_by=Discharge.ACKNOWLEDGED,
        tell=None,
        acknowledge_within=None,
        waivable=None,
        extendable=None,
        excuses=(),
        on_miss=None,
    )
    now = Deadline(case.filed_at, case.filed_at, Basis.PLANNING, (), "planning", "none", "none")
    reason = Because("not_planned", f"{type(error).__name__}: {error}", commitment.source.cite, case.filed_at)
    return Planned(look, case.filer, None, now, case.filed_at, (reason,), False, False, occurrence=NOT_PLANNED)


def _for_pair(case: Case, commitment: Commitment, debtor: Party, creditor: Party | None, happened: Happened) -> Iterator[Planned]:
    holds = truth(commitment.when, lambda fact, of: look_up(case, fact, who(case, of, debtor, creditor)))
    if holds is False:
        return
    shared = commitment.owed_by.mode in ("any", "joint")
    made = Planned(
        _on_call_here(case, commitment, debtor, creditor),
        debtor,
        creditor,
        None,
        None,
        _reasons(case, commitment, debtor, creditor, holds),
        holds is None or commitment.provisional_because is not None,
        False,
        group=f"{commitment.source.name}:{commitment.id}:{creditor.id if creditor else '-'}" if shared else None,
        relay_to=creditor.jurisdiction if creditor and commitment.tell and commitment.owed_to.role in AFFECTED else None,
    )
    yield from _occurrences(case, with_more_time(case, made) if commitment.more_time else made, happened)
    if commitment.acknowledge_within and creditor is not None:  # to acknowledge is no part of what was relaxed
        yield from _acknowledgements(list(_occurrences(case, made, happened)), creditor, happened)


def _on_call_here(case: Case, commitment: Commitment, debtor: Party, creditor: Party | None) -> Commitment:
    """The commitment with its windows by the clocks of this debtor and creditor; the very same where it has none."""
    if not commitment.on_call:
        return commitment
    clocks = {"owed_by": debtor.zone, "owed_to": (creditor or debtor).zone, "operator": case.operator.zone}
    return replace(commitment, on_call=on_call.placed(commitment.on_call, clocks))


def _reasons(case: Case, commitment: Commitment, debtor: Party, creditor: Party | None, holds: Truth) -> tuple[Because, ...]:
    reasons = [Because("binds", commitment.because_applies or _binds(commitment), commitment.source.cite)]
    if holds is None:
        unknown = sorted({f for f, of in named(commitment.when) if look_up(case, f, who(case, of, debtor, creditor)) is None})
        reasons.append(Because("unknown", "Whether it applies is not known yet: " + ", ".join(unknown) + "."))
    if commitment.provisional_because:
        reasons.append(Because("planning_only", commitment.provisional_because, commitment.source.cite))
    return tuple(reasons)


def _occurrences(case: Case, made: Planned, happened: Happened) -> Iterator[Planned]:
    """Once; or again after each time that it was done; or once for each value of its anchor."""
    repeat = made.commitment.repeat
    if repeat is None:
        yield made
    elif repeat.every == "submission":
        yield from _after_each(case, made, happened)
    else:
        yield from _for_each_fact(case, made)


def _after_each(case: Case, made: Planned, happened: Happened) -> Iterator[Planned]:
    until = made.commitment.repeat.until if made.commitment.repeat else None
    over = until is not None and truth(until, lambda fact, of: look_up(case, fact, who(case, of, made.debtor, made.creditor))) is True
    number, each = 1, made
    while (done := happened.done.get(each.key)) is not None:
        yield each
        number += 1
        reason = Because("anchor", f"Comes again: runs from number {number - 1}.", made.commitment.source.cite, done)
        again = Anchored(made.stage, Moment.exactly(done), False, reason)
        each = replace(made, occurrence=str(number), anchored=(again,), group=_of_occurrence(made.group, str(number)))
    if not over:
        yield each


def _for_each_fact(case: Case, made: Planned) -> Iterator[Planned]:
    anchor = made.commitment.anchors[0]
    party = who(case, anchor.of, made.debtor, made.creditor)
    values = case.facts.values(anchor.name, party.id) if party else ()
    moments = [each for each in values if isinstance(each, Moment)]
    if not moments:
        yield made
    for number, moment in enumerate(moments, start=1):
        of = party.name if party else ""
        reason = Because("anchor", f"Runs from {anchor.name} of {of}, number {number}.", None, moment.earliest)
        occurrence = FIRST if number == 1 else str(number)
        again = (Anchored(anchor.name, moment, False, reason),)
        yield replace(made, occurrence=occurrence, anchored=again, group=_of_occurrence(made.group, occurrence))


def _of_occurrence(group: str | None, occurrence: str) -> str | None:
    """Whoever does it once has done it once for all, and not for the next time."""
    return group if group is None or occurrence == FIRST else f"{group}:{occurrence}"


def _acknowledgements(occurrences: list[Planned], recipient: Party, happened: Happened) -> Iterator[Planned]:
    """One from the beginning on; of a duty that comes again one for each time, which runs from when it was done."""
    for each in occurrences:
        made, done = _acknowledgement(each, recipient), happened.done.get(each.key)
        source, commitment = each.commitment.source, each.commitment.id
        handed = (source.name, commitment, each.debtor.id, recipient.id) in happened.delivered
        if each.commitment.repeat is None or (each.occurrence == FIRST and (done is None or handed)):
            yield made
        elif done is not None:
            reason = Because("anchor", f"Runs from {commitment}, number {each.occurrence}.", source.cite, done)
            yield replace(made, anchored=(Anchored(commitment, Moment.exactly(done), False, reason),))


def _acknowledgement(of: Planned, recipient: Party) -> Planned:
    """Where the first recipient does it for all they are one group. What the clause says of its own clock is not said of this one."""
    commitment = replace(
        of.commitment,
        id=f"{of.commitment.id}.acknowledge",
        title=f"Acknowledge: {of.commitment.title}",
        owed_by=of.commitment.owed_to,
        owed_to=of.commitment.owed_by,
        anchors=(Anchor("delivery", of.commitment.id),),
        combine="first",
        period=of.commitment.acknowledge_within,
        discharged_by=Discharge.ACKNOWLEDGED,
        contains=(),
        tell=None,
        acknowledge_within=None,
        repeat=None,
        excuses=(),
        on_miss=None,
    )
    shared = f"{commitment.source.name}:{commitment.id}:{of.debtor.id}" if of.commitment.acknowledged_by == "first" else None
    group = _of_occurrence(shared, of.occurrence)
    return Planned(commitment, recipient, of.debtor, None, None, of.because, of.provisional, False, of.occurrence, group)


def _may_be_displaced(each: Planned, by: list[tuple[str, str]]) -> Planned:
    lines = [
        Because("may_be_displaced", f"Would give way to {name}, of which it is not known whether it binds.", cite) for name, cite in by
    ]
    return replace(each, because=(*each.because, *lines)) if lines else each


def _stands_for(each: Planned, displaced: dict[str, str]) -> Planned:
    lines = [Because("displaces", f"Stands in place of {name}.", cite) for name, cite in sorted(displaced.items())]
    return replace(each, because=(*each.because, *lines)) if lines else each


def _signing(commitment: Commitment, role: Parties, found: list[Party]) -> list[Party]:
    """Of those that a role names, the signatories; of these the first alone where one leads."""
    signatories = commitment.signatories
    bound = found if signatories is None else [each for each in found if each.uri in signatories]
    return bound[:1] if role.mode == "lead" else bound


def _binds(commitment: Commitment) -> str:
    source = commitment.source
    what = "Agreement" if source.kind == "agreement" else "Regime"
    return f"{what} {source.name} {source.version}, {source.cite}."


Kept = dict[int, tuple[Commitment, list[Planned]]]
"""What was drafted of which commitment, by its identity."""
_MOST_KEPT = 1000


def drafts_of_all(case: Case, commitments: Iterable[Commitment], happened: Happened, kept: Kept | None = None) -> list[Planned]:
    """The drafts of every commitment, the displaced ones left out; one that cannot be drafted asks its filer to look.

    `kept`: what was drafted in cases of which the same is asked (`reaching.kept_for`); what is drafted now is added to it.
    """
    sitting, drafts = Sitting(case, happened), list[Planned]()
    for commitment in commitments:
        try:
            drafts += drafts_of(sitting, commitment) if kept is None else _kept(sitting, commitment, kept)
        except Exception as error:
            drafts.append(unplanned(case, commitment, error))
    return without_what_gave_way(without_displaced(drafts))


def _kept(sitting: Sitting, commitment: Commitment, kept: Kept) -> Iterable[Planned]:
    """Only of what is drafted without a look at what has been done, or at an instant."""
    if commitment.repeat or commitment.on_miss or commitment.excuses or commitment.more_time:
        return drafts_of(sitting, commitment)
    known = kept.get(id(commitment))
    if known is None or known[0] is not commitment:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        known = kept[id(commitment)] = (commitment, list(drafts_of(sitting, commitment)))
    return known[1]
