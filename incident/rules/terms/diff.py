"""What changes between two versions of an agreement, and for whom: clauses added, removed and changed, in sentences.

`diff(old, new)` compares what the two documents mean. Layout, the order of keys, and a default that is spelt out change nothing.
Whether a change is stronger or weaker is decided, with the start or the facts that show it, or it is said not to be; see
`aspects` for what is compared, `timing` for periods and `implying` for conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from incident.canonical import canonical
from incident.rules.commitment import Commitment
from incident.rules.terms import clauses
from incident.rules.terms import plain_language as plain
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.aspects import Effect, Pair, Said, articles, differences
from incident.rules.terms.effort import Effort
from incident.rules.terms.renaming import renamed

CLAUSE_KEYS = frozenset(
    {
        "id", "title", "cite", "owed_by", "owed_to", "owes", "when", "anchor", "within", "counting", "discharged_by", "must_contain",
        "tell", "acknowledge_within", "acknowledged_by", "ladder", "ladder_again", "silent_after", "handling", "extendable",
        "extension", "waivable", "repeat", "on_call", "excuses", "on_miss", "duty", "relaxable", "displaceable",
    }
)  # fmt: skip
"""The keys of a clause whose meaning is compared. What has another key is told as it stands, and never passed over."""
DOCUMENT_KEYS = frozenset(
    {
        "format", "name", "version", "title", "zone", "in_force", "parties", "commitments", "planning_targets", "layer", "groups", "keys",
        "includes", "relaxations", "displacements", "restrictions", "suspension", "exit", "survival", "languages", "transcription",
    }
)  # fmt: skip
_UNREAD = "how this key works is not compared"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `clause` is the id of the commitment, `planned:` and a duty for a planning target, the id of an article as the plain
    language gives it, "" for the document itself.

    `before` and `after` are words; one of them is "" where a clause was added or removed. `gains` and `loses` are who does, in
    words, and None where that is nobody in particular or was not decided. `text` is all of it in one sentence.
    """

    kind: Literal["added", "removed", "changed"]
    clause: str
    cite: str
    title: str
    aspect: str
    before: str
    after: str
    effect: Effect
    gains: str | None
    loses: str | None
    because: str
    text: str


def diff(old: Agreement, new: Agreement) -> tuple[Change, ...]:
    """Every change from `old` to `new`: the document and its articles, then the clauses in the order of the new one, then those gone.

    Clauses are the same when their ids are, or when nothing else differs. Equal documents have no changes. The work is bounded;
    what would take more is told as not compared.
    """
    effort, names = Effort(), renamed(old, new)
    before = {names.get(each.id, each.id): each for each in old.commitments}
    changes = [*_document(old, new, effort)]
    for each in new.commitments:
        changes += _changed(Pair(before[each.id], each, old, new, effort, names)) if each.id in before else [_added(each, new)]
    changes += [_removed(each, old) for id_, each in before.items() if new.commitment(id_) is None]
    return (*changes, *_targets(old, new))


def _changed(pair: Pair) -> Iterator[Change]:
    for said in differences(pair):
        yield _change(pair.new.id, pair.new.source.cite, pair.new.title, said, _sides(pair.new))
    for said in _unread(*pair.spoken, CLAUSE_KEYS):
        yield _change(pair.new.id, pair.new.source.cite, pair.new.title, said, None)


def _unread(old: Mapping[str, Any], new: Mapping[str, Any], read: frozenset[str]) -> Iterator[Said]:
    for key in sorted((old.keys() | new.keys()) - read):
        if old.get(key) != new.get(key):
            words = [canonical(each[key]).decode() if key in each else "nothing" for each in (old, new)]
            yield Said(key, words[0], words[1], "different", _UNREAD, "none")


def _sides(each: Commitment) -> tuple[str, str]:
    """Creditor and debtor by their roles; how many of them, and in which way, is another matter."""
    return plain.party(replace(each.owed_to, mode="each")), plain.party(replace(each.owed_by, mode="each"))


def _change(clause: str, cite: str, title: str, said: Said, sides: tuple[str, str] | None) -> Change:
    """`sides`: the creditor and the debtor, in words."""
    gains = loses = None
    if sides is not None and said.gains != "none" and said.effect in ("stronger", "weaker"):
        stronger_for = sides if said.gains == "creditor" else sides[::-1]
        gains, loses = stronger_for if said.effect == "stronger" else stronger_for[::-1]
    head = f"{title} ({cite})" if cite else title
    text = f"{head}, {said.aspect}: {said.before} → {said.after}; {_effect(said, gains, loses)}."
    return Change("changed", clause, cite, title, said.aspect, said.before, said.after, said.effect, gains, loses, said.because, text)


def _effect(said: Said, gains: str | None, loses: str | None) -> str:
    who = f": {gains} gains, {loses} loses" if gains and loses else ""
    word = {"same": "no change in what it asks", "different": "different"}.get(said.effect, str(said.effect))
    return f"{word}{who}{f' ({said.because})' if said.because else ''}"


def _added(each: Commitment, new: Agreement) -> Change:
    return _whole("added", each, new, "stronger", *_sides(each))


def _removed(each: Commitment, old: Agreement) -> Change:
    creditor, debtor = _sides(each)
    return _whole("removed", each, old, "weaker", debtor, creditor)


def _whole(kind: Literal["added", "removed"], each: Commitment, agreement: Agreement, effect: Effect, gains: str, loses: str) -> Change:
    words = next(clause.text for clause in plain.render(agreement) if clause.id == each.id)
    cite, title = each.source.cite, each.title
    before, after = ("", words) if kind == "added" else (words, "")
    text = f"{title} ({cite}) is {'new' if kind == 'added' else 'gone'}: {gains} gains, {loses} loses. {words}"
    return Change(kind, each.id, cite, title, "clause", before, after, effect, gains, loses, "", text)


def _document(old: Agreement, new: Agreement, effort: Effort) -> Iterator[Change]:
    for said in (*_head(old, new), *_term(old, new), *_unread(old.document, new.document, DOCUMENT_KEYS)):
        yield _change("", "", new.title, said, None)
    for each in articles.differences(articles.Documents(old, new, effort)):
        yield _change(each.id, each.cite, each.title, each.said, each.sides)
    for kind, uris in (("added", _less(new.parties, old.parties)), ("removed", _less(old.parties, new.parties))):
        for uri in uris:
            yield _party(kind == "added", uri, new.title)


def _less(some: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    return [each for each in some if each not in others]


def _head(old: Agreement, new: Agreement) -> Iterator[Said]:
    for aspect, before, after in (("name", old.name, new.name), ("title", old.title, new.title)):
        if before != after:
            yield Said(aspect, before, after, "same" if aspect == "title" else "different", gains="none")


def _term(old: Agreement, new: Agreement) -> Iterator[Said]:
    if old.document["in_force"] == new.document["in_force"] and old.zone == new.zone:
        return
    never = datetime.max.replace(tzinfo=UTC)
    (a, b), (c, d) = ((each.in_force_from, each.in_force_until or never) for each in (old, new))
    effect: Effect = "same" if (a, b) == (c, d) else "stronger" if c <= a and b <= d else "weaker" if a <= c and d <= b else "different"
    because = {"stronger": "it binds for longer", "weaker": "it binds for a shorter time", "same": "at the same instants"}.get(effect, "")
    yield Said("term", _spoken_term(old), _spoken_term(new), effect, because, "none")


def _spoken_term(agreement: Agreement) -> str:
    force = agreement.document["in_force"]
    ends = f"until {force['until']}" if "until" in force else "without an end"
    return f"from {force['from']} {ends}, {agreement.zone}"


def _party(joins: bool, uri: str, title: str) -> Change:
    text = f"{uri} {'joins' if joins else 'leaves'}: it {'owes and is owed' if joins else 'no longer owes or is owed'} what its roles say."
    kind: Literal["added", "removed"] = "added" if joins else "removed"
    before, after = ("", uri) if joins else (uri, "")
    return Change(kind, "", "", title, "party", before, after, "different", None, None, "", text)


def _targets(old: Agreement, new: Agreement) -> Iterator[Change]:
    before, after = _planned(old), _planned(new)
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) != after.get(name):
            words = [", ".join(plain.length(clauses.period(each["within"])) for each in found.get(name, ())) for found in (before, after)]
            cite = (after.get(name) or before[name])[0]["cite"]
            said = Said(
                "planned for", words[0] or "nothing", words[1] or "nothing", "different", "a plan only; nothing is late by it", "none"
            )
            yield _change(f"planned:{name}", cite, f"Planning target for {name}", said, None)


def _planned(agreement: Agreement) -> dict[str, list[dict[str, Any]]]:
    """Targets by the duty that they are for."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in agreement.document.get("planning_targets", ()):
        found.setdefault(each["for"], []).append(each)
    return found
