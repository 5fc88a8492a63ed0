"""Layers: what a document may change in those below it, and what it lets those above it change."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from incident.rules.commitment import Anchor, Commitment, Parties, Role, Source
from incident.rules.terms.articles import Displacement, Reference, Relaxation
from incident.rules.terms.linting.finding import Book, Edit, Look, Said, Stage, Whole
from incident.rules.terms.linting.targets import beside, spoken
from incident.rules.terms.schema.document import LAYERS

BOOK = Book()
_Change = tuple[str, str, Relaxation | Displacement]


@BOOK.document_rule(
    "relaxes_statute",
    "error",
    """The document gives more time for a duty of a law, or puts a clause of its own in its place. Parties cannot agree on less than a law
    asks, and a law gives way to another by a relation that is cited in the catalogue alone: this changes nothing, and whoever relies on it
    is late. For less time than the law gives, use a planning target.""",
)
def _relaxes_statute(whole: Whole) -> Iterator[Said]:
    for at, what, change in _changes(whole):
        if not change.of.source:
            name = change.of.clause
            stage = beside(whole, name, whole.known.duties.get(name))
            remark = f"{name}: it {what} ({change.cite}), and is planned as its law says."
            yield Said(f"{at}/of", f"{what} for {name}, which is a law's.", Stage((), beside=stage.beside, remarks=(remark,)))


@BOOK.document_rule(
    "relaxes_without_authority",
    "warning",
    """The document changes a clause of an agreement on which, as far as it says itself, it does not stand: it does not include that
    agreement
    by version and digest, it is that agreement itself, or it is a baseline, which stands on nothing. Whether the clause below allows
    the change cannot then be said, and without its authority the change has no effect. Include the agreement, or drop the change.""",
)
def _relaxes_without_authority(whole: Whole) -> Iterator[Said]:
    stands_on = {each.name for each in whole.agreement.articles.includes if each.kind == "agreement"}
    for at, what, change in _changes(whole):
        source = change.of.source
        if not source or (source == whole.agreement.name and isinstance(change, Displacement)):
            continue
        if source == whole.agreement.name:
            why = "is this document itself"
        elif whole.agreement.layer == LAYERS[0]:
            why = "is not below it, for it is a baseline itself"
        elif source not in stands_on:
            why = "is not included"
        else:
            continue
        remark = f"{change.of.clause}: {source} {why}, so that nothing says that it allows this; its own period stays."
        yield Said(f"{at}/of", f"{what} for {change.of.clause} of {source}, which {why}.", _standing_in(change.of, remark))


@BOOK.document_rule(
    "displaces_itself",
    "error",
    """The document puts one of its clauses in the place of another of its own. A clause stands in the place of one of a layer below, and no
    layer is below itself. Drop the other clause instead.""",
)
def _displaces_itself(whole: Whole) -> Iterator[Said]:
    for place, each in enumerate(whole.agreement.articles.displacements):
        if each.of.source == whole.agreement.name:
            watched = tuple(name for name in dict.fromkeys((each.of.clause, each.by)) if whole.agreement.commitment(name))
            message = f"{each.by} is to stand in the place of {each.of.clause} of the same document."
            yield Said(f"/displacements/{place}", message, Stage(watched))


@BOOK.document_rule(
    "included_version_unknown",
    "error",
    """The document includes a law by an id that no law here has, or by a version that is not the one that is known here: nobody can say
    what was included. Name a law of the catalogue, at its version.""",
)
def _included_version_unknown(whole: Whole) -> Iterator[Said]:
    known = whole.known.regimes
    for place, each in enumerate(whole.agreement.articles.includes if known is not None else ()):
        if each.kind != "regime" or known is None or known.get(each.name) == each.version:
            continue
        version = known.get(each.name)
        if version is None:
            near = difflib.get_close_matches(each.name, known, n=1, cutoff=0.8)
            key, message, better = "regime", f"no law is called {each.name} here.", near[0] if near else None
        else:
            key, message, better = "version", f"{each.name} is known here as of {version}, not {each.version}.", version
        at = f"/includes/{place}/{key}"
        yield Said(at, message, read(f"{each.name}: {message}"), (Edit("replace", at, better),) if better else ())


@BOOK.rule(
    "yields_to_nobody",
    "warning",
    """The clause lets layers relax it, or stand in its place, that are not above its own: none of them ever can. Name a layer above.""",
)
def _yields_to_nobody(look: Look) -> Iterator[Said]:
    above = LAYERS[LAYERS.index(look.agreement.layer) + 1 :]
    for key, yields in (("relaxable", look.clause.relaxable), ("displaceable", look.clause.displaceable)):
        if yields is not None and not set(yields.by) & set(above):
            remark = f"{look.clause.id}: it is of the {look.agreement.layer} layer; above that there is {', '.join(above) or 'none'}."
            stage = Stage((look.clause.id,), remarks=(remark,))
            yield look.say(f"/{key}/by", f"names no layer above its own, which is {look.agreement.layer}.", stage, look.removing(f"/{key}"))


def read(*remarks: str) -> Stage:
    """What is to be shown of the document, where nothing that is planned depends on it."""
    return Stage((), remarks=remarks, only_read=True)


def _changes(whole: Whole) -> Iterator[_Change]:
    for place, each in enumerate(whole.agreement.articles.relaxations):
        yield f"/relaxations/{place}", f"gives {spoken(each.period)}", each
    for place, other in enumerate(whole.agreement.articles.displacements):
        yield f"/displacements/{place}", f"puts {other.by} in the place", other


def _standing_in(of: Reference, remark: str) -> Stage:
    """The clause below beside the agreement, with what this document knows of it: no period."""
    operator, authority = Parties(Role.OPERATOR), Parties(Role.AUTHORITY, competence="any")
    clause = Commitment(of.clause, of.clause, Source("agreement", of.source, "", "", ""), operator, authority, anchors=(Anchor("filing"),))
    return Stage((), beside=(clause,), remarks=(remark,))
