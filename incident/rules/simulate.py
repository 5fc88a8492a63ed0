"""What an agreement would have done with a case, beside what the versions in force do with it.

The plan, the notices and the verdicts come from the functions that production uses; nothing here sends, writes or asks the time.
The agreement is taken to bind in the case whatever its dates say: who tries out a version wants to know what it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from incident.rules import routing
from incident.rules.case import Case, Party
from incident.rules.commitment import Commitment
from incident.rules.handling import clashes
from incident.rules.planning import (
    NOT_PLANNED,
    Claim,
    Done,
    Happened,
    Key,
    OnRecord,
    Pause,
    Planned,
    Standing,
    Verdict,
    discharges,
    happened,
    plan,
    standing_still,
    verdict,
)
from incident.rules.planning.plan import in_order
from incident.rules.planning.reaching import Same, kept_for, within_reach
from incident.rules.routing import Draft, Seen, route
from incident.rules.terms import Agreement, bound

Change = Literal["same", "added", "gone", "earlier", "later", "other"]
"""What is different: `earlier` and `later` of the legal instant, else of the one that is planned for; `other` is no instant."""
Acts = Literal["own", "like", "none"]
"""Whose acts a verdict rests on: those of this very obligation; those of the same clause of another agreement; nobody's, as
nobody owed it then."""

_LATE = (Verdict.MISSED, Verdict.MET_LATE)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Setting:
    """A case with what binds it and what has been done in it, as of `at`."""

    case: Case
    in_force: tuple[Agreement, ...]
    laws: tuple[Commitment, ...]
    record: tuple[OnRecord, ...]
    at: datetime
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One obligation of a plan, where it would stand, and on whose acts that rests."""

    planned: Planned
    verdict: Verdict
    acts: Acts

    @property
    def late(self) -> bool:
        """Whether it was done too late, or not in time, by somebody who owed it then."""
        return self.verdict in _LATE and self.acts != "none"

    @property
    def untested(self) -> bool:
        """Whether its instant has passed while nobody owed it: what would have been done about it, no record says."""
        return self.verdict is Verdict.MISSED and self.acts == "none"


@dataclass(frozen=True, slots=True)
class Clock:
    """One obligation under the agreement (`then`) and under the versions in force (`before`); one of them may be None."""

    key: Key
    then: Judged | None
    before: Judged | None
    change: Change

    @property
    def shown(self) -> Judged:
        """As the agreement has it; as it was, where it is gone."""
        found = self.then or self.before
        if found is None:
            raise ValueError("a clock is of one plan at least")
        return found


@dataclass(frozen=True, slots=True)
class Telling:
    """What one recipient would see in one way of release, and sees under the versions in force. `fields` are those that differ."""

    recipient: Party
    then: Draft | None
    before: Draft | None
    change: Change
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A clause that cannot be had as written in this case. `new`: under the versions in force there is no such conflict.

    `not_planned`: it could not be dated; `nothing_leaves`: it asks to tell what handling withholds altogether;
    `must_contain`: handling withholds a field that the notice must contain; `must_not_transfer`: a restriction forbids to
    transfer what the clause must tell, and the minimal lawful notice goes.
    """

    code: Literal["not_planned", "nothing_leaves", "must_contain", "must_not_transfer"]
    source: str
    commitment: str
    cite: str
    to: str | None
    why: str
    new: bool = True


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it. `off_record`: on how many obligations the plan in force and the record disagree; 0 says that what the
    agreement is compared with is what happened."""

    case: Case
    planned: tuple[Planned, ...]
    clocks: tuple[Clock, ...]
    tellings: tuple[Telling, ...]
    conflicts: tuple[Conflict, ...]
    replaced: tuple[Agreement, ...]
    off_record: int


def simulate(setting: Setting, agreement: Agreement) -> Simulated:
    """The case under the laws and the versions in force, with `agreement` in place of the version of its name, or beside them all."""
    replaced = tuple(each for each in setting.in_force if each.name == agreement.name)
    first = replaced[0] if replaced else None  # two versions of a name can bind different parties; the one tried stands for both
    kept = (each for each in setting.in_force if each is first or each.name != agreement.name)
    tried = tuple(agreement if each is first else each for each in kept)
    tried = tried if replaced else (*tried, agreement)
    borrowed = _of_like_clauses(setting.record, agreement)
    done = happened((*setting.record, *borrowed))
    before, then = _plans(setting, tried, agreement, done)
    was = _judged(setting, before, (), {})
    judged = _judged(setting, then, borrowed, was)
    if agreement.digest not in {each.digest for each in replaced} and (missed := _missed_then(judged, agreement)):
        late = replace(done, missed={**done.missed, **missed})
        then = plan(setting.case, bound(tried, setting.laws), late, setting.claims)
        judged = _judged(setting, then, borrowed, was)
    clocks = _clocks(judged, was)
    seen: Seen = {}
    drafts_before, drafts = route(setting.case, before, seen), route(setting.case, then, seen)
    known = {(each.code, each.source, each.commitment, each.to) for each in _conflicts(setting.case, before, drafts_before)}
    found = _conflicts(setting.case, then, drafts)
    conflicts = (replace(each, new=(each.code, each.source, each.commitment, each.to) not in known) for each in found)
    return Simulated(
        setting.case, tuple(then), clocks, _tellings(drafts, drafts_before), tuple(conflicts), replaced, _off_record(before, setting.record)
    )


def _plans(setting: Setting, tried: tuple[Agreement, ...], agreement: Agreement, done: Happened) -> tuple[list[Planned], list[Planned]]:
    """The plan in force and the plan that is tried. What is the same in both is planned once: half of the work and more."""
    case, claims = setting.case, setting.claims
    laws, kept = within_reach(case, setting.laws), kept_for(case)
    in_force, trying = bound(setting.in_force, laws), bound(tried, laws)
    if not _stands_apart(Same(agreement), tuple(map(Same, setting.in_force)), Same(setting.laws)):
        return plan(case, in_force, done, claims, kept), plan(case, trying, done, claims, kept)
    name = agreement.name
    shared = plan(case, [each for each in in_force if each.source.name != name], done, claims, kept)
    before, then = (plan(case, [each for each in all_ if each.source.name == name], done, claims, kept) for all_ in (in_force, trying))
    return in_order(case, [*shared, *before]), in_order(case, [*shared, *then])


def _missed_then(judged: Mapping[Key, Judged], agreement: Agreement) -> dict[Key, tuple[datetime, ...]]:
    """What would have been missed under another wording, and when, by somebody who owed it then; where something follows a miss."""
    late = {key: each.planned for key, each in judged.items() if each.late and key[0] == agreement.name}
    return {key: (each.deadline.due_at,) for key, each in late.items() if each.commitment.on_miss and each.deadline}


@lru_cache(maxsize=64)
def _stands_apart(same: Same[Agreement], in_force: tuple[Same[Agreement], ...], laws: Same[tuple[Commitment, ...]]) -> bool:
    """Whether what else binds is planned alike with and without it.

    An obligation rests on others of its own source alone. But planning targets, relaxations, displacements and restrictions reach
    into other sources, and clauses of one name in two sources are told apart by their order in the whole plan only.
    """
    agreement = same.it
    old = [each.it for each in in_force if each.it.name == agreement.name]
    others = [each.it for each in in_force if each.it.name != agreement.name]
    ids = {each.id for version in (agreement, *old) for each in version.commitments}
    reaches = any(_reaches_out(version) for version in (agreement, *old)) or any(_reaches(other, agreement.name) for other in others)
    alike = any(each.id in ids for other in others for each in other.commitments)
    return not (reaches or alike or any(each.source.name == agreement.name or each.id in ids for each in laws.it))


def _reaches_out(version: Agreement) -> bool:
    return bool(version.targets or version.restrictions or version.articles.relaxations or version.articles.displacements)


def _reaches(version: Agreement, name: str) -> bool:
    articles = version.articles
    named = (*(each.of for each in articles.relaxations), *(each.of for each in articles.displacements))
    return any(each.source == name for each in named)


def _of_like_clauses(record: Iterable[OnRecord], agreement: Agreement) -> tuple[OnRecord, ...]:
    """What was done under clauses of the same id of other agreements, where nothing is on record under this one."""
    own = {each.key.commitment for each in record if each.key.source == agreement.name}
    ids = {each.id for each in agreement.commitments} | {f"{each.id}.acknowledge" for each in agreement.commitments}
    found: dict[Key, OnRecord] = {}
    for each in record:
        if each.agreed and each.live and each.key.source != agreement.name and each.key.commitment in ids - own:
            key = each.key._replace(source=agreement.name)
            found.setdefault(key, replace(each, key=key))
    return tuple(found.values())


def _judged(setting: Setting, planned: Iterable[Planned], borrowed: Iterable[OnRecord], known: Mapping[Key, Judged]) -> dict[Key, Judged]:
    """Where each stands; what was planned once for both plans is judged once, and is in `known`."""
    own = {each.key: each for each in setting.record if each.live}
    like = {each.key: each for each in borrowed}
    judged: dict[Key, Judged] = {}
    for each in planned:
        key = each.key
        was = known.get(key)
        if was is not None and was.planned is each:
            judged[key] = was
            continue
        done = own.get(key)
        acts = "own" if done else "like"
        done = done or like.get(key)
        judged[key] = Judged(each, _verdict(each, done, setting.at), _whose(done, acts))
    met = {each.planned.group for each in judged.values() if each.planned.group and each.verdict is Verdict.MET}
    if not met:
        return judged
    return {key: _by_another(each) if each.planned.group in met else each for key, each in judged.items()}


def _whose(done: OnRecord | None, acts: str) -> Acts:
    if done is None:
        return "none"
    return "own" if acts == "own" else "like"


def _by_another(each: Judged) -> Judged:
    """Another member of the group did it for all in time."""
    return each if each.verdict in (Verdict.MET, Verdict.MET_LATE) else replace(each, verdict=Verdict.LAPSED)


def _verdict(planned: Planned, done: OnRecord | None, at: datetime) -> Verdict:
    """By what was done, as far as the clause lets it count: a waiver or an extension only where the clause knows of one."""
    commitment, due_at = planned.commitment, planned.deadline.due_at if planned.deadline else None
    acts: tuple[Done, ...] = done.acts if done else ()
    if commitment.waivable is None:
        acts = tuple(each for each in acts if each.kind != "waived")
    if done and done.extended_until and due_at and commitment.extendable:
        due_at = max(due_at, done.extended_until)
    elif done and done.pauses:
        _, due_at = standing_still(_allowed(commitment, done.pauses), None, due_at)
    return verdict(Standing(due_at, commitment.discharged_by, planned.provisional, planned.predicted), acts, at)


def _allowed(commitment: Commitment, pauses: Iterable[Pause]) -> list[Pause]:
    grounds = {each.ground for each in commitment.excuses if each.kind == "pause"}
    return [each for each in pauses if each.ground in grounds]


def _clocks(then: Mapping[Key, Judged], before: Mapping[Key, Judged]) -> tuple[Clock, ...]:
    made = [Clock(key, each, before.get(key), _change(each, before.get(key))) for key, each in then.items()]
    return (*made, *(Clock(key, None, each, "gone") for key, each in before.items() if key not in then))


def _change(then: Judged, before: Judged | None) -> Change:
    if before is None:
        return "added"
    if then.planned is before.planned:
        return "same"
    new, old = then.planned, before.planned
    for one, other in ((_due(new), _due(old)), (new.target_at or _NEVER, old.target_at or _NEVER)):
        if one != other:
            return "earlier" if one < other else "later"
    said = [(each.provisional, each.predicted, each.commitment.discharged_by, each.group) for each in (new, old)]
    return "same" if said[0] == said[1] else "other"


def _due(planned: Planned) -> datetime:
    return planned.deadline.due_at if planned.deadline else _NEVER


def _tellings(then: Iterable[Draft], before: Iterable[Draft]) -> tuple[Telling, ...]:
    new = {(each.recipient.id, each.way): each for each in then}
    old = {(each.recipient.id, each.way): each for each in before}
    return tuple(_telling(new.get(key), old.get(key)) for key in [*new, *(key for key in old if key not in new)])


def _telling(then: Draft | None, before: Draft | None) -> Telling:
    some = then or before
    if some is None:
        raise ValueError("a notice is of one plan at least")
    if then is None or before is None:
        return Telling(some.recipient, then, before, "gone" if then is None else "added", tuple(some.items))
    fields = tuple(name for name in {**then.items, **before.items} if then.items.get(name) != before.items.get(name))
    same = not fields and {each.field for each in then.withheld} == {each.field for each in before.withheld}
    return Telling(then.recipient, then, before, "same" if same else "other", fields)


def _conflicts(case: Case, planned: Iterable[Planned], drafts: Iterable[Draft]) -> list[Conflict]:
    found = [
        Conflict("not_planned", source.name, each.commitment.id, source.cite, None, each.because[-1].text)
        for each in planned
        if each.occurrence == NOT_PLANNED and (source := each.commitment.source)
    ]
    for draft in drafts:
        for each in draft.performs:
            found += [*_untellable(draft, each), *_forbidden(case, draft, each)]
    return found


def _forbidden(case: Case, draft: Draft, performed: Planned) -> list[Conflict]:
    """Must notify against must not transfer, in one sentence each way."""
    restricted = bool(performed.commitment.limits.restrictions)
    met = list(clashes(case, draft.recipient, routing.performed(performed))) if restricted else []
    if not met:
        return []
    source, said = performed.commitment.source, [why for _, _, why in met]
    outcome = "The minimal lawful notice goes." if draft.items else "Nothing leaves."
    why = " ".join((*said, outcome))
    return [Conflict("must_not_transfer", source.name, performed.commitment.id, source.cite, draft.recipient.slug, why)]


def _untellable(draft: Draft, performed: Planned) -> list[Conflict]:
    source, to = performed.commitment.source, draft.recipient.slug
    if not draft.items:
        why = " ".join(dict.fromkeys(each.why for each in draft.withheld))
        return [Conflict("nothing_leaves", source.name, performed.commitment.id, source.cite, to, why)]
    missing = [each for each in draft.withheld if each.field in performed.commitment.contains]
    if not missing:
        return []
    why = f"Must contain {', '.join(each.field for each in missing)}. " + " ".join(dict.fromkeys(each.why for each in missing))
    return [Conflict("must_contain", source.name, performed.commitment.id, source.cite, to, why)]


def _off_record(planned: Iterable[Planned], record: Iterable[OnRecord]) -> int:
    """Obligations that only one of both has, or that have another instant.

    What was extended keeps the instant it was given, and what was paused is later by that; what was done, waived or lapsed, or
    could not be planned, stays on record when a later report takes it out of the plan.
    """
    plan_has = {each.key: each.deadline.due_at if each.deadline else None for each in planned}
    kept = {each.key: each for each in record if each.live and (each.key in plan_has or not _left_over(each))}
    if not kept:
        return 0
    both = (key for key in kept.keys() & plan_has.keys() if kept[key].extended_until is None)
    moved = {key for key in both if kept[key].due_at != standing_still(kept[key].pauses, None, plan_has[key])[1]}
    return len(moved) + len(kept.keys() ^ plan_has.keys())


def _left_over(each: OnRecord) -> bool:
    over = any(act.kind in ("lapsed", "waived") or discharges(act.kind, each.discharged_by) for act in each.acts)
    return over or each.key.occurrence == NOT_PLANNED
