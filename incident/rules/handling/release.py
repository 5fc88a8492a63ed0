"""The decision itself. The rules it applies are numbered in the package's docstring."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from incident.canonical import canonical
from incident.rules.case import TLP, Case, Party
from incident.rules.commitment import Limits, Restriction, Tell
from incident.rules.handling import fields, limiting, restricting
from incident.rules.handling.decision import Decision, NothingLeaves, Released, Withheld
from incident.rules.handling.performed import Performed, covers

_COUNTRY = re.compile(r"[A-Z]{2}")


class _Stays(Exception):
    """Nothing leaves: rule and reason."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: may these fields leave to this recipient? `bars` are the restrictions that the notice meets."""

    case: Case
    recipient: Party
    told: tuple[str, ...]
    limits: Limits
    performed: tuple[Performed, ...]
    bars: tuple[Restriction, ...] = ()

    @property
    def own(self) -> bool:
        """Whether it is the recipient's own matter."""
        return self.recipient.id in (self.case.filer.id, self.case.operator.id)


def release(
    case: Case, recipient: Party, tell: Tell, limits: Limits, duties: Sequence[fields.Duty] = (), performed: Sequence[Performed] = ()
) -> Decision:
    """What `recipient` may be told of `case` under clauses with these fields and limits together.

    `duties` are the obligations that the notice announces, as maps without content of the case; field `duties`. `performed` are
    the clauses, for the reasons and for who sends; without them the operator and the filer do.
    Never raises; see the package for the rules.
    """
    try:
        asked = _Question(case, recipient, tuple(dict.fromkeys(tell.fields)), limits, tuple(performed))
        _check(asked)
        senders = [each.sender for each in performed] or [case.operator, case.filer]
        return _decided(replace(asked, bars=restricting.met(case, recipient, limits.restrictions, senders)), duties)
    except _Stays as stays:
        rule, why = stays.args
        return NothingLeaves(rule, why)
    except Exception as error:  # the last line of defence: whatever went wrong, nothing may leave because of it
        why = f"Handling failed ({type(error).__name__}); nothing leaves until somebody has looked."
        return NothingLeaves("fault", why)


def _check(asked: _Question) -> None:
    case, recipient, limits = asked.case, asked.recipient, asked.limits
    if recipient is None or not (recipient.uri and recipient.id):
        raise _Stays("recipient.empty", "The recipient names no party.")
    _check_countries((recipient.jurisdiction, *case.deployment.data_may_live, *limiting.countries(limits)))
    for label in (case.tlp, *limiting.labels(limits)):
        if label not in TLP:
            raise _Stays("tlp.unknown", f"{label!r} is not a TLP 2.0 label; expected one of {', '.join(TLP)}.")
    if not asked.told:
        raise _Stays("field.none", "The clause names no field to tell.")
    for name in (*asked.told, *limiting.names(limits)):
        if not fields.is_field(name):
            raise _Stays("field.unknown", f"{name!r} is not a field of a notice.")


def _check_countries(countries: tuple[str, ...]) -> None:
    for country in countries:
        if _COUNTRY.fullmatch(country) is None:
            raise _Stays("country.unknown", f"{country!r} is not an ISO 3166 country code of two letters.")


def _decided(asked: _Question, duties: Sequence[fields.Duty]) -> Decision:
    if not asked.own:
        _check_label(asked)
    held = () if asked.own else tuple(filter(None, (_held(asked, name) for name in asked.told)))
    staying = {each.field for each in held}
    items = {name: fields.value(asked.case, name, duties) for name in asked.told if name not in staying}
    if "facts" in items and not asked.own:
        items["facts"], more = _sifted(asked)
        held += tuple(each for each in more if each.field not in staying)
    if not items:
        reasons = " ".join(dict.fromkeys(each.why for each in held))
        raise _Stays("field.none_left", f"Every field that the clause tells is withheld from this recipient. {reasons}")
    return Released({name: _signable(value) for name, value in items.items()}, held)


def _signable(value: object) -> object:
    """The value as its canonical bytes say it; what cannot be signed must not be sent."""
    if value is None or type(value) is bool or (type(value) is str and value.isascii()):
        return value  # they say of these what they are
    return json.loads(canonical(value))


def _check_label(asked: _Question) -> None:
    label, highest = asked.case.tlp, asked.limits.max_tlp
    if label == "RED":
        raise _Stays("tlp.red", "TLP:RED stays with the filer and the operator.")
    if TLP.index(label) > TLP.index(highest):
        raise _Stays("tlp.clause", f"The case is TLP:{label}; this clause carries out at most TLP:{highest}.")
    if why := limiting.too_high(asked.case, asked.recipient, asked.limits, asked.performed):
        raise _Stays("tlp.recipient", why)


def _held(asked: _Question, name: str) -> Withheld | None:
    """Why this field stays, if it does: by what the clause says, what a restriction says, or where the recipient is."""
    if covers(asked.limits.withhold, name):
        return Withheld(name, "clause.withhold", "The clause says that this field never leaves.")
    return (
        limiting.withheld(asked.case, asked.recipient, name, asked.limits, asked.performed)
        or restricting.withheld(name, asked.told, asked.bars, asked.performed, asked.recipient.jurisdiction)
        or _outside(asked, name)
    )


def _outside(asked: _Question, name: str) -> Withheld | None:
    country, within = asked.recipient.jurisdiction, asked.limits.residency
    inside = country in asked.case.deployment.data_may_live and (not within or country in within)
    if name in fields.MINIMAL or inside:
        return None
    if fields.is_resident(name):
        why = f"It carries personal or resident data, which may not live in {country}."
        return Withheld(name, "residency.resident", why)
    return Withheld(name, "residency.minimal", f"A recipient in {country} gets the minimal lawful notice only.")


def _sifted(asked: _Question) -> tuple[dict[str, object], tuple[Withheld, ...]]:
    """The stated facts that may leave inside `facts`, and those that stay."""
    known = fields.stated(asked.case)
    judged = {name: _held(asked, f"fact:{name}") for name in known}
    held = tuple(each for each in judged.values() if each is not None)
    return {name: shown for name, shown in known.items() if judged[name] is None}, held
