"""A commitment: one clause of an agreement or regime. Who owes whom what, when, within which period, and what discharges it.

Agreements and regimes both compile to this; planning knows nothing else of either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from incident.rules.conditions import ALWAYS, Condition
from incident.rules.gates import Gate
from incident.rules.legaltime.values import Basis, Period


class Role(StrEnum):
    """Who somebody is in one case; resolved to parties when the case is planned."""

    OPERATOR = "operator"
    SUPPLIERS = "suppliers"
    FILER = "filer"
    HOME_CERT = "home_cert"  # the CERT of the deployment's jurisdiction
    AFFECTED_CERTS = "affected_certs"  # the CERTs of the other affected countries
    AFFECTED_SPOCS = "affected_spocs"  # the single point of contact of each other affected state
    AUTHORITY = "authority"  # whoever has `competence` in the debtor's jurisdiction
    HOME_AUTHORITY = "home_authority"  # whoever has `competence` in the deployment's jurisdiction, where the incident occurred
    ANY_PARTY = "any_party"  # operator and suppliers alike: the condition on their profile selects
    COMPETENT = "competent"  # whoever has `competence`, wherever it is established
    GROUP = "group"  # the members of a group that the agreement names
    PARTY = "party"  # one party that the agreement names
    PERSONS = "persons"  # people who are no party of any case, such as data subjects


AFFECTED = (Role.AFFECTED_CERTS, Role.AFFECTED_SPOCS)
"""Who stands for the states that a case affects beside its own; what is told to them is a relay."""
AUTHORITIES = (Role.AUTHORITY, Role.HOME_AUTHORITY, Role.COMPETENT)
Mode = Literal["each", "any", "joint", "lead"]
Combine = Literal["first", "earliest", "latest", "rule"]
"""How several anchors make one clock: the first that is known, the earliest, the latest, or as the counting rule says."""


@dataclass(frozen=True, slots=True)
class Parties:
    """A role, how its members owe or are owed, and for an authority the competence asked for.

    `named`: the URIs of whom an agreement names itself, for the roles `group` and `party`; `group` is that group's name.
    """

    role: Role
    mode: Mode = "each"
    competence: str | None = None
    named: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What starts the clock, and whose it is.

    kind `fact`: the instant of fact `name` about the party in role `of` (`owed_by`, `owed_to`, `operator`, `filer`).
    kind `after`: the submission of the stage or commitment `name` of the same source by the same debtor.
    kind `receipt`: the receipt of what the other side submitted as stage `name` of the same source.
    kind `delivery`: the first delivery of the notice that commitment `name` sends (of this debtor or to it).
    kind `filing`: the recording of the report; of a relay, of what first named the state as affected.
    """

    kind: Literal["fact", "after", "receipt", "delivery", "filing"]
    name: str = ""
    of: str = "owed_by"


@dataclass(frozen=True, slots=True)
class Counting:
    """Whose zone and whose calendar: `owed_by`, `owed_to`, `operator`, or `fixed:` with a zone or calendar id."""

    zone_of: str = "owed_to"
    calendar_of: str = "owed_to"
    category: str = "public"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A duty that comes again: `submission`, after each one of it, until the condition holds; `fact`, for each value of its anchor."""

    every: Literal["submission", "fact"]
    until: Condition | None = None


class Discharge(StrEnum):
    """What ends the duty."""

    SENT = "sent"  # our own notice handed to a channel of the creditor
    RECEIVED = "received"  # ... and its own system, or a person of it, said so
    ACKNOWLEDGED = "acknowledged"  # a named person of the debtor acknowledged
    SUBMITTED = "submitted"  # a submission of this stage recorded with its proof
    CONFIRMED = "confirmed"  # a submission that the creditor confirmed receiving


@dataclass(frozen=True, slots=True)
class Tell:
    """The notice by which a commitment is performed: what it carries and who may let it go."""

    fields: tuple[str, ...]
    release: Literal["pre_authorised", "officer"] = "officer"
    channels: tuple[str, ...] = ("webhook", "email", "inbox")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: which contact is told, and how long before the due instant."""

    contact: Literal["duty_desk", "deputy", "manager"]
    before: timedelta


@dataclass(frozen=True, slots=True)
class Source:
    """Where a commitment comes from, by name, version, digest and provision."""

    kind: Literal["agreement", "regime"]
    name: str
    version: str
    digest: str
    cite: str


Side = Literal["owed_by", "owed_to", "both"]
"""Who may do something about a clock: `both` is either of them, without the other."""
GROUNDS = ("security_carve_out", "injunction", "force_majeure", "prohibition", "other")
"""On which a clock may be stopped, extended or a miss excused."""


@dataclass(frozen=True, slots=True)
class Extension:
    """Who may extend, on which grounds (none named: any), by how much at most."""

    by: Side = "owed_to"
    grounds: tuple[str, ...] = ()
    most: Period | None = None


@dataclass(frozen=True, slots=True)
class Excuse:
    """A ground on which a side may stop the clock for a while (`pause`), or be excused for a miss (`excuse`)."""

    kind: Literal["pause", "excuse"]
    ground: str
    by: Side
    cite: str
    most: Period | None = None


@dataclass(frozen=True, slots=True)
class OnMiss:
    """What follows a miss, each within its period: a notice of breach, then a cure, and a meeting to review."""

    cite: str
    notice_of_breach: Period | None = None
    cure: Period | None = None
    review: Period | None = None


@dataclass(frozen=True, slots=True)
class Yields:
    """Which layers above may relax a clause, or stand in its place, and for a relaxation up to how much time."""

    by: tuple[str, ...]
    cite: str
    most: Period | None = None


@dataclass(frozen=True, slots=True)
class MoreTime:
    """A longer period for a clause, by a document of a layer above: between its `signatories`, and only while `when` is true.

    `source` is that document with its provision, `under` the provision of the clause that allows it. `calendar_of` None: the clause's.
    """

    period: Period
    source: Source
    under: str
    signatories: frozenset[str]
    when: Condition = ALWAYS
    calendar_of: str | None = None


@dataclass(frozen=True, slots=True)
class OnCall:
    """A weekly window, by the clocks of `zone_of` (as in `Counting`): `days` 0 is Monday; minutes of the day.

    Where `until` is not after `since` the window runs over midnight into the next day.
    """

    contact: Literal["duty_desk", "deputy", "manager"]
    zone_of: str
    days: frozenset[int]
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class FieldLimit:
    """Stricter limits of single fields of one clause."""

    fields: tuple[str, ...]
    max_tlp: str | None = None
    residency: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipientLimit:
    """Stricter limits of single recipients, by URI."""

    to: frozenset[str]
    max_tlp: str | None = None
    withhold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restriction:
    """What must not be transferred: `fields` leave only to the countries `only_to` while `when` is not false.

    `source` names the document and its provision. `signatories` are party URIs: it binds a notice whose sender is one of them.
    """

    id: str
    title: str
    source: Source
    fields: tuple[str, ...]
    only_to: tuple[str, ...]
    signatories: frozenset[str]
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Limits:
    """Handling limits of one commitment; the most restrictive of these, the case's and the field's wins.

    `max_tlp`: the highest label that may leave under this clause. `withhold`: fields that never leave.
    `residency`: when not empty, fields marked as resident leave only to these countries.
    `restrictions` are those of every document that binds beside the clause; composing puts them here.
    """

    max_tlp: str = "AMBER+STRICT"
    withhold: tuple[str, ...] = ()
    residency: tuple[str, ...] = ()
    fields: tuple[FieldLimit, ...] = ()
    recipients: tuple[RecipientLimit, ...] = ()
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What to plan a duty for, beside or without a legal number. `signatories` are party URIs; None means everybody."""

    period: Period
    cite: str
    signatories: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """See the module. `signatories` are party URIs; None means that the law binds whoever the role names."""

    id: str
    title: str
    source: Source
    owed_by: Parties
    owed_to: Parties
    when: Condition = ALWAYS
    anchors: tuple[Anchor, ...] = (Anchor("filing"),)
    combine: Combine = "first"
    period: Period | None = None
    targets: tuple[Target, ...] = ()
    """Stricter readings, and for a duty without a number what was agreed: planned by, never shown as law."""
    repeat: Repeat | None = None
    counting: Counting = field(default_factory=Counting)
    basis: Basis = Basis.CONTRACT
    discharged_by: Discharge = Discharge.SUBMITTED
    contains: tuple[str, ...] = ()
    tell: Tell | None = None
    acknowledge_within: Period | None = None
    ladder: tuple[Rung, ...] = ()
    limits: Limits = field(default_factory=Limits)
    signatories: frozenset[str] | None = None
    extendable: str | None = None
    """The clause under which an officer may extend; None means that nobody may (a statutory clock)."""
    waivable: str | None = None
    """The clause under which the creditor may waive; None means that nobody may."""
    provisional_because: str | None = None
    """Set when it is shown for planning only, for example because a law's date of application is disputed."""
    apart: frozenset[str] = frozenset()
    """Party URIs: among these a newer version of its source binds, and this clause no longer does."""
    because_applies: str = ""
    """One sentence for the derivation: why this source binds (status, dates of application)."""
    gate: Gate | None = None
    """What the condition cannot do without, of its debtor or creditor; looked at first. It adds nothing to `when`."""
    displaced_by: tuple[tuple[str, str], ...] = ()
    """Names of sources that take this one's place where both bind the same debtor, each with the provision that says so."""
    acknowledged_by: Literal["each", "first"] = "each"
    """Whether every recipient acknowledges, or the first one does it for all."""
    on_call: tuple[OnCall, ...] = ()
    """Who is on call when; outside every window it is the duty desk."""
    extension: Extension = field(default_factory=Extension)
    excuses: tuple[Excuse, ...] = ()
    on_miss: OnMiss | None = None
    duty: str = ""
    """The duty that the clause is about, under which clauses of several layers are grouped; empty: its own."""
    layer: str = "regime"
    relaxable: Yields | None = None
    displaceable: Yields | None = None
    gives_way_to: tuple[tuple[str, str, str], ...] = ()
    """Source, clause and provision of each clause that stands in this one's place where both bind the same debtor and creditor."""
    more_time: tuple[MoreTime, ...] = ()
    """Each authorised relaxation, the strictest first; the first that holds for a pair of parties is applied to it, once."""
    relaxed: tuple[str, ...] = ()
    """What was relaxed by which provision, in words; planning puts it here, for the pair of parties between whom it holds."""
