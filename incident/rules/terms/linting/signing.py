"""Who signs, by which keys, and who is named without signing."""

from __future__ import annotations

from collections.abc import Iterator

from incident.rules.terms.linting.finding import Book, Edit, Said, Stage, Whole
from incident.rules.terms.linting.layering import read

BOOK = Book()
_MOST_NAMED = 3  # of many parties with the same fault


@BOOK.document_rule(
    "group_of_strangers",
    "warning",
    """A group, or a clause, names somebody who is no signatory. The agreement binds its signatories alone, so that party neither owes
    nor is
    owed anything under it, whatever the clause says. Add it to `parties`, or take it out.""",
)
def _group_of_strangers(whole: Whole) -> Iterator[Said]:
    parties = set(whole.agreement.parties)
    for place, (name, members) in enumerate(whole.agreement.articles.groups.items()):
        using = tuple(each.id for each in whole.agreement.commitments if name in (each.owed_by.group, each.owed_to.group))[:1]
        strangers = [uri for uri in members if uri not in parties]
        if strangers:
            path, left = f"/groups/{place}/members", [uri for uri in members if uri in parties]
            remarks = tuple(_stranger(uri) for uri in strangers[:_MOST_NAMED])
            stage = Stage(using, remarks=remarks, about=tuple(strangers[:_MOST_NAMED])) if using else read(*remarks)
            fix = (Edit("replace", path, left),) if left else ()
            yield Said(path, f"{_named(strangers)} in the group {name}, but not among the signatories.", stage, fix)
    for place, each in enumerate(whole.agreement.commitments):
        for key, asked in (("owed_by", each.owed_by), ("owed_to", each.owed_to)):
            if asked.group is None and (strangers := [uri for uri in asked.named if uri not in parties]):
                stage = Stage((each.id,), remarks=(_stranger(strangers[0]),), about=tuple(strangers[:1]))
                yield Said(f"/commitments/{place}/{key}/party", f"{each.id}: names {strangers[0]}, who signs nothing.", stage)


def _stranger(uri: str) -> str:
    return f"{uri}: no signatory, so it owes nothing and is owed nothing."


@BOOK.document_rule(
    "party_without_key",
    "warning",
    """The document says by which keys some of its parties sign, and names none of another: what that one signs cannot be checked against
    the
    document. Name its key, or leave `keys` out altogether.""",
)
def _party_without_key(whole: Whole) -> Iterator[Said]:
    keys = whole.agreement.articles.keys
    without = [uri for uri in whole.agreement.parties if uri not in keys]
    if keys and without:
        remark = f"{without[0]}: no key of it is named; a signature in its name cannot be told from another's."
        yield Said("/keys", f"{_named(without)} without a key beside others that have one.", read(remark))


@BOOK.document_rule(
    "shared_key",
    "error",
    """Two parties are to sign by the same key. A signature by it is either's, so neither can be held to it. Give each its own.""",
)
def _shared_key(whole: Whole) -> Iterator[Said]:
    holders: dict[str, list[tuple[str, str]]] = {}
    for place, (uri, keys) in enumerate(whole.agreement.articles.keys.items()):
        for at, key in enumerate(keys):
            holders.setdefault(key, []).append((f"/keys/{place}/fingerprints/{at}", uri))
    for key, held in holders.items():
        if len(held) > 1:
            names = [uri for _, uri in held]
            message = f"{_named(names[1:])} to sign by a key of {names[0]}."
            yield Said(held[1][0], message, read(f"{key}: a key of {names[0]} and of {names[1]}."))


def _named(uris: list[str]) -> str:
    """So many, and what they are: is or are."""
    more = f" and {len(uris) - _MOST_NAMED} more" if len(uris) > _MOST_NAMED else ""
    return f"{', '.join(uris[:_MOST_NAMED])}{more} {'is' if len(uris) == 1 else 'are'}"
