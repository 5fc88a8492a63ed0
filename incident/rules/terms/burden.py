"""What one more layer costs whoever signs it: clocks, recipients, answers, and hours at which somebody must be reachable.

The clocks are those of the planner, with the overlay and without it, on cases that the caller gives. Nothing here imports a case:
what a typical case is, others say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from incident.rules.case import Case, Party
from incident.rules.commitment import Commitment
from incident.rules.planning import Key, Planned
from incident.rules.simulate import Clock, Setting, Simulated, simulate
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.asking import Answer, asked
from incident.rules.terms.composing import Composed, composed, union
from incident.rules.terms.hours import Watch, watches


@dataclass(frozen=True, slots=True)
class Costs:
    """What the overlay does with one case. `clocks` are those that are new, gone or moved, in the order of the plan."""

    reference: str
    clocks: tuple[Clock, ...]
    recipients: tuple[Party, ...]
    """Who is told or owed something, and was not."""
    watches: tuple[Watch, ...]
    """Who must be reachable when nobody of that contact had to be."""

    def count(self, change: str) -> int:
        """How many of its clocks have changed in that way."""
        return sum(each.change == change for each in self.clocks)


@dataclass(frozen=True, slots=True)
class Burden:
    """Over all the cases. `clauses` are those of the overlay; `acknowledgements` how many of them ask for one.

    `answers` must be given and are asked by nobody yet; `reusable` are asked elsewhere already, so that one answer serves both.
    """

    overlay: Agreement
    base: tuple[Agreement, ...]
    clauses: tuple[Commitment, ...]
    acknowledgements: int
    layers: Composed
    answers: tuple[Answer, ...]
    reusable: tuple[Answer, ...]
    cases: tuple[Costs, ...]

    @property
    def recipients(self) -> tuple[Party, ...]:
        """Who is new in some case, each once."""
        return tuple({each.uri: each for case in self.cases for each in case.recipients}.values())

    @property
    def watches(self) -> tuple[Watch, ...]:
        """Who must be reachable at new hours in some case, each once."""
        return tuple(sorted({each for case in self.cases for each in case.watches}))


Cast = Callable[[Case, Sequence[Agreement]], Sequence[Agreement]]


def as_written(_: Case, documents: Sequence[Agreement]) -> Sequence[Agreement]:
    """The parties of the documents are those of the case."""
    return documents


def burden(settings: Iterable[Setting], base: Iterable[Agreement], overlay: Agreement, cast: Cast = as_written) -> Burden:
    """What `overlay` adds to the documents of `base` and to whatever is in force in each case, or makes of the version of its name.

    `cast` gives the documents, the overlay first, as those who are in the case play them.
    """
    documents = union(base)
    tried = [_tried(each, documents, overlay, cast) for each in settings]
    standing = [*(one for each in documents for one in each.commitments), *(one for each in tried for one in _before(each))]
    known = frozenset(answer for each in standing for answer in asked(each))
    needed = dict.fromkeys(answer for each in overlay.commitments for answer in asked(each))
    return Burden(
        overlay,
        documents,
        overlay.commitments,
        sum(each.acknowledge_within is not None for each in overlay.commitments),
        composed((*(each for each in documents if each.name != overlay.name), overlay)),
        tuple(each for each in needed if each not in known and not each.reported),
        tuple(each for each in needed if each in known or each.reported),
        tuple(_costs(each) for each in tried),
    )


def _tried(setting: Setting, documents: Sequence[Agreement], overlay: Agreement, cast: Cast) -> Simulated:
    added, *beside = cast(setting.case, (overlay, *documents))
    return simulate(replace(setting, in_force=union(beside, setting.in_force)), added)


def _before(tried: Simulated) -> Iterator[Commitment]:
    return (each.before.planned.commitment for each in tried.clocks if each.before)


def _costs(tried: Simulated) -> Costs:
    then = {each.key: each.then.planned for each in tried.clocks if each.then}
    before = {each.key: each.before.planned for each in tried.clocks if each.before}
    met = _met(tried, before, [each.before.recipient for each in tried.tellings if each.before])
    meeting = _met(tried, then, [each.then.recipient for each in tried.tellings if each.then])
    new = set(watches(then.values())) - set(watches(before.values()))
    return Costs(
        tried.case.reference,
        tuple(each for each in tried.clocks if each.change != "same"),
        tuple(each for uri, each in sorted(meeting.items()) if uri not in met),
        tuple(sorted(new)),
    )


def _met(tried: Simulated, planned: dict[Key, Planned], told: Iterable[Party]) -> dict[str, Party]:
    """Whom the plan brings in, by URI: who is told, and to whom something is owed for certain."""
    owed = (each.creditor for each in planned.values() if each.creditor and not each.provisional)
    return {each.uri: each for each in (*told, *owed) if each.id != tried.case.filer.id}
