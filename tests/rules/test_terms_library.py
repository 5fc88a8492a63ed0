"""The library: every document is clean, stands on what is really there, and does something in the cases that it is made for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from incident.rules import regimes, typical
from incident.rules.planning import NOT_PLANNED, plan
from incident.rules.simulate import Simulated
from incident.rules.terms import bound, lint, load, render
from incident.rules.terms.composing import composed
from incident.rules.terms.library import Specimen, library, specimen
from incident.rules.typical import Played

EVERY = library()
each_of_them = pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
ALLOWED = {("tlp-red", "nothing_leaves")}
"""Conflicts that are meant: what a case that is TLP:RED is for."""


def tried(one: Specimen) -> Iterator[tuple[Played, Simulated]]:
    return (found for case in typical.cases() for found in typical.performed(one.agreement, case))


def test_there_are_documents_of_every_layer() -> None:
    assert len(EVERY) >= 8
    assert {one.layer for one in EVERY} == {"baseline", "multilateral", "bilateral", "national", "sector"}
    assert len({one.agreement.digest for one in EVERY}) == len(EVERY)
    assert sum(one.layer == "national" for one in EVERY) >= 2


@each_of_them
def test_each_loads_and_has_no_finding_and_can_be_read(one: Specimen) -> None:
    assert load(one.text).digest == one.agreement.digest
    assert [(each.code, each.pointer) for each in lint(one.agreement)] == []
    assert len(render(one.agreement)) >= len(one.agreement.commitments)
    assert one.about.endswith(".")


@each_of_them
def test_each_says_that_it_is_invented_and_its_parties_can_be_nobody(one: Specimen) -> None:
    assert "invented" in one.title
    assert "invented" in one.about
    assert all("invented" in each.source.cite for each in one.agreement.commitments)
    assert all(uri.endswith(".example/#party") for uri in one.agreement.parties)


@each_of_them
def test_what_each_includes_is_there_in_that_version(one: Specimen) -> None:
    for each in one.agreement.articles.includes:
        if each.kind == "regime":
            law = regimes.regime(each.name)
            assert law, each.name
            assert law.version == each.version
        else:
            below = specimen(each.name)
            assert below, each.name
            assert (below.agreement.version, below.agreement.digest) == (each.version, each.digest)
    laws = {each.id for each in regimes.commitments(date(2026, 11, 26))}
    assert {name for name, _ in one.agreement.targets} <= laws


@each_of_them
def test_what_each_changes_below_is_a_clause_that_lets_it(one: Specimen) -> None:
    found = one.agreement.articles
    for changed, of in ((each, each.of) for each in (*found.relaxations, *found.displacements)):
        below = specimen(of.source)
        assert below
        clause = below.agreement.commitment(of.clause)
        assert clause
        allowed = clause.relaxable if changed in found.relaxations else clause.displaceable
        assert allowed
        assert one.layer in allowed.by


def test_all_that_ships_composes_without_an_error() -> None:
    """A clause that may be displaced must not be all that another clause waits for."""
    findings = composed([one.agreement for one in EVERY]).findings
    assert [(each.code, each.source, each.message) for each in findings if each.level == "error"] == []


@each_of_them
def test_tried_on_every_typical_case_nothing_conflicts_that_is_not_meant_to(one: Specimen) -> None:
    for played, found in tried(one):
        conflicts = {(played.typical.id, each.code) for each in found.conflicts if each.new}
        assert conflicts <= ALLOWED


@each_of_them
def test_every_clause_runs_for_certain_in_some_typical_case(one: Specimen) -> None:
    ran = {
        each.key[1]
        for _, found in tried(one)
        for each in found.clocks
        if each.key[0] == one.id and each.then and not each.then.planned.provisional
    }
    assert {each.id for each in one.agreement.commitments} <= ran


@each_of_them
def test_each_stands_beside_what_it_includes(one: Specimen) -> None:
    layers = [one, *(below for each in one.agreement.articles.includes if (below := specimen(each.name)))]
    for case in typical.cases():
        for setting in typical.settings(case):
            parts = typical.casting(*(each.agreement for each in layers), case=setting.case)
            together = [typical.recast(each.agreement, parts) for each in layers]
            planned = plan(setting.case, bound(together, setting.laws))
            assert all(each.occurrence != NOT_PLANNED for each in planned)
