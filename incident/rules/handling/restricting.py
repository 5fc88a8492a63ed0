"""Must notify against must not transfer: which restrictions a notice meets, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from incident.rules.case import Case, Party
from incident.rules.commitment import Restriction
from incident.rules.conditions import truth
from incident.rules.handling.decision import Withheld
from incident.rules.handling.fields import MINIMAL
from incident.rules.handling.performed import Performed, holds
from incident.rules.planning.asking import look_up, who

_ROLES = ("owed_by", "owed_to", "operator", "filer")


def met(case: Case, recipient: Party, restrictions: Iterable[Restriction], senders: Iterable[Party]) -> tuple[Restriction, ...]:
    """Those that bind a sender and keep something from this recipient, in an order of their own.

    One binds while its condition is not false, so also while that is not known. What the filer and the operator know of their
    own matter is no transfer.
    """
    wanted = tuple(restrictions)
    if not wanted or recipient.id in (case.filer.id, case.operator.id):
        return ()
    from_whom = tuple(senders)
    found = {each for each in wanted if recipient.jurisdiction not in each.only_to and _binds(case, each, recipient, from_whom)}
    return tuple(sorted(found, key=lambda each: (each.source.name, each.source.version, each.id, each.fields, each.only_to)))


def withheld(name: str, told: Sequence[str], bars: Sequence[Restriction], performed: Sequence[Performed], country: str) -> Withheld | None:
    """Why this field stays: the restriction on it, or one on another field that is told, which leaves the minimal lawful notice.

    The minimal fields never stay for it.
    """
    if name in MINIMAL or not bars:
        return None
    own = [each for each in bars if holds(name, each.fields)]
    if own:
        return Withheld(name, "restriction", " ".join(_against(each, (name,), performed, country) for each in own))
    for bar in bars:
        if kept := tuple(each for each in told if each not in MINIMAL and holds(each, bar.fields)):
            why = f"A recipient in {country} gets the minimal lawful notice only. {_against(bar, kept, performed, country)}"
            return Withheld(name, "restriction.minimal", why)
    return None


def clashes(case: Case, recipient: Party, clause: Performed) -> Iterator[tuple[Restriction, tuple[str, ...], str]]:
    """Each restriction that forbids to tell this recipient what the clause must tell it, those fields, and the sentence about both.

    The minimal fields are among them: these leave nevertheless.
    """
    for bar in met(case, recipient, clause.limits.restrictions, (clause.sender,)):
        if kept := tuple(each for each in clause.fields if holds(each, bar.fields)):
            yield bar, kept, _against(bar, kept, (clause,), recipient.jurisdiction)


def _binds(case: Case, restriction: Restriction, recipient: Party, senders: tuple[Party, ...]) -> bool:
    bound = [each for each in senders if each.uri in restriction.signatories]
    return any(_may_hold(case, restriction, sender, recipient) for sender in bound)


def _may_hold(case: Case, restriction: Restriction, sender: Party, recipient: Party) -> bool:
    def said(fact: str, of: str) -> object:
        return look_up(case, fact, who(case, of, sender, recipient)) if of in _ROLES else None

    return truth(restriction.when, said) is not False


def _against(bar: Restriction, names: Sequence[str], performed: Sequence[Performed], country: str) -> str:
    """`Data of patients stay (health-act 1.0, sec. 4) forbids to transfer summary to US; cert-pact 2.0, cl. 3 must tell it.`"""
    telling = {each.cite for each in performed if set(names) & set(each.fields)}
    must = "; ".join(sorted(telling)) or "the notice"
    source = f"{bar.source.name} {bar.source.version}, {bar.source.cite}"
    return f"{bar.title} ({source}) forbids to transfer {', '.join(names)} to {country}; {must} must tell it."
