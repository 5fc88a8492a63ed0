"""Who signs, by which keys, and who is named without signing."""

from __future__ import annotations

from collections.abc import Iterator

from incident.rules.terms.linting.finding import Book, Edit, Said, Stage, Whole
from incident.rules.terms.linting.layering import somewhere

BOOK = Book()


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
        for at, uri in enumerate(members):
            if uri not in parties:
                path = f"/groups/{place}/members/{at}"
                fix = (Edit("remove", path),) if len(members) > 1 else ()
                yield Said(path, f"{uri} is in the group {name}, but signs nothing.", Stage(using, remarks=(_stranger(uri),)), fix)
    for place, each in enumerate(whole.agreement.commitments):
        for key, asked in (("owed_by", each.owed_by), ("owed_to", each.owed_to)):
            if asked.group is None and (strangers := [uri for uri in asked.named if uri not in parties]):
                stage = Stage((each.id,), remarks=(_stranger(strangers[0]),))
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
    for place, uri in enumerate(whole.agreement.parties if keys else ()):
        if uri not in keys:
            remark = f"{uri}: no key of it is named; a signature in its name cannot be told from another's."
            yield Said(f"/parties/{place}", f"no key of {uri} is named beside those of others.", somewhere(whole, remark))


@BOOK.document_rule(
    "shared_key",
    "error",
    """Two parties are to sign by the same key. A signature by it is either's, so neither can be held to it. Give each its own.""",
)
def _shared_key(whole: Whole) -> Iterator[Said]:
    holders: dict[str, str] = {}
    for place, (uri, keys) in enumerate(whole.agreement.articles.keys.items()):
        for at, key in enumerate(keys):
            if (other := holders.setdefault(key, uri)) != uri:
                remark = f"{key}: a key of {other} and of {uri}."
                message = f"{uri} is to sign by a key of {other}."
                yield Said(f"/keys/{place}/fingerprints/{at}", message, somewhere(whole, remark))
