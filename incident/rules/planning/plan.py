"""Planning one case: every commitment that binds, dated for each debtor and creditor, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from incident.rules.case import Case, Party
from incident.rules.commitment import Anchor, Commitment, Discharge, Parties, Role
from incident.rules.conditions import named, truth
from incident.rules.legaltime import deadline
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Place
from incident.rules.planning.roles import members

NOT_PLANNED = "not planned"
"""The occurrence of an obligation that only asks its filer to look at a clause which could not be planned."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What has been done so far: submissions by (source, stage, debtor), deliveries by (source, commitment, from, to)."""

    submitted: Mapping[tuple[str, str, UUID], datetime] = field(default_factory=dict)
    delivered: Mapping[tuple[str, str, UUID, UUID], datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A commitment applied to one case, one debtor and one creditor.

    `deadline` None: a duty without a number, or one whose clock has not started (`because` says which). `provisional`: whether
    it binds at all is not known. `predicted`: it is dated from an instant that has not happened yet.
    """

    commitment: Commitment
    debtor: Party
    creditor: Party | None
    deadline: Deadline | None
    started_at: datetime | None
    because: tuple[Because, ...]
    provisional: bool
    predicted: bool
    occurrence: str = "first"
    group: str | None = None

    @property
    def stage(self) -> str:
        """The last word of the commitment's id: the stage, for laws."""
        return self.commitment.id.rsplit(".", 1)[-1]

    @property
    def key(self) -> tuple[str, str, UUID, UUID | None, str]:
        """What makes it this obligation and no other, within its case."""
        return (
            self.commitment.source.name,
            self.commitment.id,
            self.debtor.id,
            self.creditor.id if self.creditor else None,
            self.occurrence,
        )


def plan(case: Case, commitments: Iterable[Commitment], happened: Happened = Happened()) -> list[Planned]:
    """Every obligation that these commitments make of this case, each with its reasons; soonest target first.

    A commitment that cannot be planned becomes an obligation of the filer to look at it now: a fault in one clause never
    refuses a report, and never passes in silence.
    """
    drafts: list[Planned] = []
    for commitment in commitments:
        try:
            drafts += list(_apply(case, commitment))
        except Exception as error:
            drafts.append(_unplanned(case, commitment, error))
    dated = {each.key: each for each in _date_all(case, drafts, happened)}.values()  # one clause that fails twice is looked at once
    return sorted(
        dated,
        key=lambda each: (
            each.deadline is None,
            each.deadline.target_at if each.deadline else case.filed_at,
            each.commitment.id,
        ),
    )


def _apply(case: Case, commitment: Commitment) -> Iterator[Planned]:
    debtors = [each for each in members(case, commitment.owed_by, None) if _signed(commitment, each)]
    for debtor in _leading(commitment.owed_by, debtors):
        found = [each for each in members(case, commitment.owed_to, debtor) if _signed(commitment, each) and each.id != debtor.id]
        creditors: list[Party | None] = list(_leading(commitment.owed_to, found))
        if not creditors and commitment.signatories is None:
            creditors = [None]  # the law binds although the authority is not a party of this node
        for creditor in creditors:
            yield from _for_pair(case, commitment, debtor, creditor)


def _for_pair(case: Case, commitment: Commitment, debtor: Party, creditor: Party | None) -> Iterator[Planned]:
    holds = truth(commitment.when, lambda fact, of: _look_up(case, fact, _who(case, of, debtor, creditor)))
    if holds is False:
        return
    reasons = [Because("binds", commitment.because_applies or _binds(commitment), commitment.source.cite)]
    if holds is None:
        unknown = sorted({f for f, of in named(commitment.when) if _look_up(case, f, _who(case, of, debtor, creditor)) is None})
        reasons.append(Because("unknown", "Whether it applies is not known yet: " + ", ".join(unknown) + "."))
    if commitment.provisional_because:
        reasons.append(Because("planning_only", commitment.provisional_because, commitment.source.cite))
    shared = commitment.owed_by.mode in ("any", "joint")
    group = f"{commitment.source.name}:{commitment.id}:{creditor.id if creditor else '-'}" if shared else None
    made = Planned(
        commitment,
        debtor,
        creditor,
        None,
        None,
        tuple(reasons),
        holds is None or commitment.provisional_because is not None,
        False,
        group=group,
    )
    yield made
    if commitment.acknowledge_within and creditor is not None:
        yield _acknowledgement(made, creditor)


def _acknowledgement(of: Planned, recipient: Party) -> Planned:
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
    )
    return Planned(commitment, recipient, of.debtor, None, None, of.because, of.provisional, False)


def _date_all(case: Case, drafts: list[Planned], happened: Happened) -> list[Planned]:
    """Date what rests on facts first, then what rests on those, until nothing more can be dated."""
    dated: dict[tuple[str, str, UUID, UUID | None, str], Planned] = {}
    waiting = [each for each in drafts if each.key not in dated]
    while waiting:
        ready = [each for each in waiting if not _rests_on(each, waiting)] or waiting  # a circle is dated as it stands
        for each in ready:
            dated[each.key] = _dated(case, each, happened, list(dated.values()))
        waiting = [each for each in waiting if each.key not in dated]
    return list(dated.values())


def _rests_on(each: Planned, waiting: list[Planned]) -> bool:
    names = {anchor.name for anchor in each.commitment.anchors if anchor.kind in ("after", "delivery")}
    source = each.commitment.source.name
    return any(other is not each and other.commitment.source.name == source and _is_named(other.commitment, names) for other in waiting)


def _is_named(commitment: Commitment, names: set[str]) -> bool:
    return commitment.id in names or commitment.id.rsplit(".", 1)[-1] in names


def _dated(case: Case, each: Planned, happened: Happened, dated: list[Planned]) -> Planned:
    commitment = each.commitment
    if each.occurrence == NOT_PLANNED:
        return each
    try:
        moments = [found for anchor in commitment.anchors if (found := _moment(case, each, anchor, happened, dated))]
        if not moments:
            waits = Because(
                "waits",
                "Its clock has not started: waits for " + " or ".join(_says(a) for a in commitment.anchors) + ".",
                commitment.source.cite,
            )
            return replace(each, because=(*each.because, waits))
        moment, predicted, reason = _chosen(commitment, moments)
        because = (*each.because, reason)
        if commitment.period is None:
            none = Because(
                "no_number",
                "Without undue delay: the text gives no number, so no instant is due.",
                commitment.source.cite,
            )
            return replace(each, started_at=moment.earliest, because=(*because, none), predicted=predicted)
        made = deadline(commitment.period, moment, _place(case, each), basis=commitment.basis, cite=commitment.source.cite)
        return replace(each, deadline=made, started_at=moment.earliest, because=(*because, *made.because), predicted=predicted)
    except Exception as error:
        return _unplanned(case, commitment, error)


def _chosen(commitment: Commitment, moments: list[tuple[Moment, bool, Because]]) -> tuple[Moment, bool, Because]:
    if commitment.combine == "earliest":
        return min(moments, key=lambda each: each[0].earliest)
    if commitment.combine == "latest":
        return max(moments, key=lambda each: each[0].latest)
    return moments[0]


def _moment(case: Case, each: Planned, anchor: Anchor, happened: Happened, dated: list[Planned]) -> tuple[Moment, bool, Because] | None:
    source = each.commitment.source.name
    if anchor.kind == "filing":
        return (
            Moment.exactly(case.filed_at),
            False,
            Because("anchor", "Runs from the recording of the report.", None, case.filed_at),
        )
    if anchor.kind == "fact":
        party = _who(case, anchor.of, each.debtor, each.creditor)
        value = case.fact(anchor.name, party) if party else None
        if not isinstance(value, Moment) or party is None:
            return None
        known = "" if value.precision == "exact" else f", known to the {value.precision}"
        return value, False, Because("anchor", f"Runs from {anchor.name} of {party.name}{known}.", None, value.earliest)
    if anchor.kind == "after":
        at = happened.submitted.get((source, anchor.name, each.debtor.id))
        return _real_or_predicted(at, anchor, f"the submission of {anchor.name}", _before(each, anchor, dated, each.debtor))
    handed = [
        when
        for (of, name, sender, receiver), when in happened.delivered.items()
        if of == source and name == anchor.name and each.debtor.id in (sender, receiver)
    ]
    at = min(handed, default=None)
    before = _before(each, anchor, dated, None)
    found = _real_or_predicted(at, anchor, f"the delivery of the notice under {anchor.name}", before)
    if found and at is None:
        return (
            Moment.exactly(case.filed_at),
            True,
            Because("predicted", f"Predicted as if {_says(anchor)} came at once.", None, case.filed_at),
        )
    return found


def _real_or_predicted(at: datetime | None, anchor: Anchor, what: str, before: Planned | None) -> tuple[Moment, bool, Because] | None:
    if at is not None:
        return Moment.exactly(at), False, Because("anchor", f"Runs from {what}.", None, at)
    if before is None:
        return None
    if before.deadline is None:
        return (
            (
                Moment.exactly(before.started_at),
                True,
                Because("predicted", f"Predicted from {what}.", None, before.started_at),
            )
            if anchor.kind == "delivery" and before.started_at
            else None
        )
    latest = before.deadline.due_at
    return (
        Moment.exactly(latest),
        True,
        Because(
            "predicted",
            f"Predicted from the latest lawful instant of {what}; dated anew when it happens.",
            None,
            latest,
        ),
    )


def _before(each: Planned, anchor: Anchor, dated: list[Planned], debtor: Party | None) -> Planned | None:
    for other in dated:
        same = other.commitment.source.name == each.commitment.source.name and _is_named(other.commitment, {anchor.name})
        pair = {each.debtor.id, each.creditor.id if each.creditor else None}
        if same and (other.debtor.id == debtor.id if debtor else other.debtor.id in pair):
            return other
    return None


def _says(anchor: Anchor) -> str:
    return {
        "fact": anchor.name,
        "after": f"the submission of {anchor.name}",
        "delivery": f"the delivery under {anchor.name}",
        "filing": "the report",
    }[anchor.kind]


def _place(case: Case, each: Planned) -> Place:
    counting = each.commitment.counting
    if counting.zone_of.startswith("fixed:"):
        zone = counting.zone_of.removeprefix("fixed:")
    else:
        zone = (_who(case, counting.zone_of, each.debtor, each.creditor) or each.debtor).zone
    if counting.calendar_of.startswith("fixed:"):
        return Place(zone, counting.calendar_of.removeprefix("fixed:"))
    owner = _who(case, counting.calendar_of, each.debtor, each.creditor) or each.debtor
    if counting.category == "public":
        return Place(zone, owner.calendar)
    return Place(zone, f"{owner.calendar.split(':', 1)[0]}:{counting.category}")


def _look_up(case: Case, fact: str, party: Party | None) -> object:
    """Pseudo-facts of the case first, then what is said of the party, then what the party is."""
    of_the_case = {"severity": case.severity, "stage": case.stage, "tlp": case.tlp, "exercise": case.exercise}
    if fact in of_the_case:
        return of_the_case[fact]
    if fact == "affected_countries":
        return list(case.affected_countries)
    if fact == "jurisdiction":
        return party.jurisdiction if party else None
    value = case.fact(fact, party) if party else None
    if fact == "cross_border" and value is None and set(case.affected_countries) - {case.deployment.jurisdiction}:
        return True
    return value


def _who(case: Case, of: str, debtor: Party, creditor: Party | None) -> Party | None:
    if of == "owed_by":
        return debtor
    if of == "owed_to":
        return creditor
    if of == "filer":
        return case.filer
    return case.operator


def _signed(commitment: Commitment, party: Party) -> bool:
    return commitment.signatories is None or party.uri in commitment.signatories


def _leading(role: Parties, found: list[Party]) -> list[Party]:
    return found[:1] if role.mode == "lead" else found


def _binds(commitment: Commitment) -> str:
    source = commitment.source
    what = "Agreement" if source.kind == "agreement" else "Regime"
    return f"{what} {source.name} {source.version}, {source.cite}."


def _unplanned(case: Case, commitment: Commitment, error: Exception) -> Planned:
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
    )
    now = Deadline(case.filed_at, case.filed_at, Basis.PLANNING, (), "planning", "none", "none")
    reason = Because("not_planned", f"{type(error).__name__}: {error}", commitment.source.cite, case.filed_at)
    return Planned(look, case.filer, None, now, case.filed_at, (reason,), False, False, occurrence=NOT_PLANNED)
