"""The decision itself. The rules it applies are numbered in the package's docstring."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from incident.canonical import canonical
from incident.rules.case import TLP, Case, Party
from incident.rules.commitment import Limits, Tell
from incident.rules.handling import fields
from incident.rules.handling.decision import Decision, NothingLeaves, Released, Withheld

_COUNTRY = re.compile(r"[A-Z]{2}")


class _Stays(Exception):
    """Nothing leaves: rule and reason."""


def release(case: Case, recipient: Party, tell: Tell, limits: Limits, duties: Sequence[fields.Duty] = ()) -> Decision:
    """What `recipient` may be told of `case` under a clause with these fields and limits.

    `duties` are the obligations that the notice announces, as maps without content of the case; field `duties`.
    Never raises; see the package for the rules.
    """
    try:
        asked = tuple(dict.fromkeys(tell.fields))
        _check(case, recipient, asked, limits)
        return _decided(case, recipient, asked, limits, duties)
    except _Stays as stays:
        rule, why = stays.args
        return NothingLeaves(rule, why)
    except Exception as error:  # the last line of defence: whatever went wrong, nothing may leave because of it
        why = f"Handling failed ({type(error).__name__}); nothing leaves until somebody has looked."
        return NothingLeaves("fault", why)


def _check(case: Case, recipient: Party, asked: tuple[str, ...], limits: Limits) -> None:
    if recipient is None or not (recipient.uri and recipient.id):
        raise _Stays("recipient.empty", "The recipient names no party.")
    _check_countries((recipient.jurisdiction, *case.deployment.data_may_live, *limits.residency))
    for label in (case.tlp, limits.max_tlp):
        if label not in TLP:
            raise _Stays("tlp.unknown", f"{label!r} is not a TLP 2.0 label; expected one of {', '.join(TLP)}.")
    if not asked:
        raise _Stays("field.none", "The clause names no field to tell.")
    # An unknown name under `withhold` counts too: a slip there would let out what was meant to stay.
    for name in (*asked, *limits.withhold):
        if not fields.is_field(name):
            raise _Stays("field.unknown", f"{name!r} is not a field of a notice.")


def _check_countries(countries: tuple[str, ...]) -> None:
    for country in countries:
        if _COUNTRY.fullmatch(country) is None:
            raise _Stays("country.unknown", f"{country!r} is not an ISO 3166 country code of two letters.")


def _decided(case: Case, recipient: Party, asked: tuple[str, ...], limits: Limits, duties: Sequence[fields.Duty]) -> Decision:
    own = recipient.id in (case.filer.id, case.operator.id)
    if not own:
        _check_label(case.tlp, limits.max_tlp)
    held = () if own else tuple(filter(None, (_held(case, recipient, name, limits) for name in asked)))
    staying = {each.field for each in held}
    items = {name: fields.value(case, name, duties) for name in asked if name not in staying}
    if "facts" in items and not own:
        items["facts"], more = _sifted(case, recipient, limits)
        held += tuple(each for each in more if each.field not in staying)
    if not items:
        raise _Stays("field.none_left", "Every field that the clause tells is withheld from this recipient.")
    return Released({name: _signable(value) for name, value in items.items()}, held)


def _signable(value: object) -> object:
    """The value as its canonical bytes say it; what cannot be signed must not be sent."""
    if value is None or type(value) is bool or (type(value) is str and value.isascii()):
        return value  # they say of these what they are
    return json.loads(canonical(value))


def _check_label(label: str, highest: str) -> None:
    if label == "RED":
        raise _Stays("tlp.red", "TLP:RED stays with the filer and the operator.")
    if TLP.index(label) > TLP.index(highest):
        raise _Stays("tlp.clause", f"The case is TLP:{label}; this clause carries out at most TLP:{highest}.")


def _held(case: Case, recipient: Party, name: str, limits: Limits) -> Withheld | None:
    if name in limits.withhold or (name.startswith("fact:") and "facts" in limits.withhold):
        return Withheld(name, "clause.withhold", "The clause says that this field never leaves.")
    if name in fields.MINIMAL or _inside(case, recipient, limits):
        return None
    country = recipient.jurisdiction
    if fields.is_resident(name):
        why = f"It carries personal or resident data, which may not live in {country}."
        return Withheld(name, "residency.resident", why)
    return Withheld(name, "residency.minimal", f"A recipient in {country} gets the minimal lawful notice only.")


def _inside(case: Case, recipient: Party, limits: Limits) -> bool:
    country = recipient.jurisdiction
    return country in case.deployment.data_may_live and (not limits.residency or country in limits.residency)


def _sifted(case: Case, recipient: Party, limits: Limits) -> tuple[dict[str, object], tuple[Withheld, ...]]:
    """The stated facts that may leave inside `facts`, and those that stay."""
    known = fields.stated(case)
    judged = {name: _held(case, recipient, f"fact:{name}", limits) for name in known}
    held = tuple(each for each in judged.values() if each is not None)
    return {name: shown for name, shown in known.items() if judged[name] is None}, held
