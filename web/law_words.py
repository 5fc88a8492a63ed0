"""A law's stages in words, from the JSON of the catalogue: for the pages and for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.rules.legaltime.counting.values import spoken_amount
from incident.rules.vocabulary import vocabulary

Json = Mapping[str, Any]

_SHORT = {"min": "min", "h": "h", "d": "d", "bd": "working d", "w": "w", "mo": "mo", "y": "y"}
_ROLES = {
    "operator": "the operator", "suppliers": "each supplier", "filer": "the filer", "home_cert": "the national CERT",
    "affected_certs": "the CERT of each other affected country",
    "affected_spocs": "the single point of contact of each other affected state", "authority": "the authority",
    "home_authority": "the authority where it happened", "any_party": "operator and suppliers", "competent": "the competent authority",
    "persons": "the people concerned",
}  # fmt: skip
_WHOSE = {"owed_by": "the debtor", "owed_to": "the recipient", "operator": "the operator", "filer": "the filer"}
ENDS = {
    "sent": "our notice is handed over", "received": "our notice has been received", "acknowledged": "a named person acknowledges",
    "submitted": "it is submitted, with proof", "confirmed": "the submission is confirmed by its recipient",
}  # fmt: skip
EVIDENCE = {
    "read": "the text was read",
    "secondary": "what others say of the text was read",
    "memory": "known from memory only",
}


def amount(period: Json) -> str:
    """Such as `72 hours`."""
    return spoken_amount(period["n"], period["unit"])


def short(period: Json) -> str:
    """Such as `72 h`, for marks and narrow cells."""
    return f"{period['n']} {_SHORT[period['unit']]}"


def span(stage: Json) -> str:
    """The length of a stage, or the words that stand where the law gives no number."""
    return amount(stage["period"]) if stage["period"] else stage["also"] or "no number"


def starts(stage: Json) -> str:
    """What starts its clock, such as `aware at of the debtor` or `the submission of early warning`."""
    joined = {"earliest": ", or if earlier ", "latest": ", or if later "}.get(stage["combine"], ", or ")
    if stage["combine"] == "rule":
        joined = " and "
    return joined.join(_anchor(each) for each in stage["anchors"])


def party(role: str) -> str:
    """A role of the catalogue in words; the competence asked for beside it."""
    name, _, competence = role.partition(": ")
    return _ROLES.get(name, name.replace("_", " ")) + (f" ({competence})" if competence else "")


def told(stage: Json) -> str:
    """Whom it is owed to."""
    return str(stage["addressed_to"]) or party(stage["owed_to"])


def question(fact: str) -> str:
    """How people are asked for it."""
    known = vocabulary().get(fact)
    return known.question if known else fact.replace("_", " ")


def answer(test: Json) -> str:
    """What a test asks of a fact, and of whom."""
    operands = [("yes" if each else "no") if isinstance(each, bool) else str(each) for each in test["operands"]]
    listed = ", ".join(operands[:-1]) + f" or {operands[-1]}" if len(operands) > 1 else "".join(operands)
    said = {
        "known": "is known", "at_least": f"at least {listed}", "at_most": f"at most {listed}", "includes": f"among them {listed}",
    }.get(test["operator"], listed)  # fmt: skip
    return said + (" (not known counts as no)" if test["known"] and test["operator"] != "known" else "")


def whose(of: str) -> str:
    """Of whom a test asks."""
    return _WHOSE.get(of, of)


def owner(of: str) -> str:
    """Whose zone or calendar counts."""
    return of.removeprefix("fixed:") if of.startswith("fixed:") else f"that of {_WHOSE.get(of, of)}"


def _anchor(anchor: Json) -> str:
    name = str(anchor["name"]).replace("_", " ")
    match anchor["kind"]:
        case "fact":
            return f"{name} of {_WHOSE.get(anchor['of'], anchor['of'])}"
        case "after":
            return f"the submission of {name}"
        case "receipt":
            return f"the receipt of {name}"
        case "delivery":
            return f"the delivery of {name}"
        case _:
            return "the report"
