"""Two versions of an agreement: what is told to have changed, who gains by it, and that no claim is more than was decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules import conditions as c
from incident.rules.commitment import Counting
from incident.rules.legaltime import Basis, Moment, Period, Place, deadline, zone
from incident.rules.terms import diff, load, timing
from incident.rules.terms.diff import CLAUSE_KEYS, DOCUMENT_KEYS
from incident.rules.terms.effort import Effort
from incident.rules.terms.implying import implied
from incident.rules.terms.schema.clause import CommitmentSchema
from incident.rules.terms.schema.document import DocumentSchema
from incident.rules.terms.timing import Compared, Counted, compared
from tests.examples import examples
from tests.rules.diff_cases import CHANGES, HERE, MIRRORED, ONE, an_agreement, the_change

DEMO = sorted((Path(__file__).parents[2] / "web" / "demo" / "agreements").glob("*.yaml"))
ZONES = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()


def test_four_hours_that_become_eight_are_weaker_for_whom_the_plan_is_owed_to() -> None:
    change = the_change(an_agreement(), an_agreement({"within": {"hours": 8}}, version="2"))
    assert (change.clause, change.cite, change.aspect, change.before, change.after) == ("plan", "cl. 4", "period", "4 hours", "8 hours")
    assert (change.effect, change.gains, change.loses) == ("weaker", "each supplier", "the national CERT of the deployment's country")
    assert change.text.startswith("Mitigation plan (cl. 4), period: 4 hours → 8 hours; weaker: each supplier gains,")


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_a_document_has_no_changes_from_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert diff(load(text), load(text)) == ()


def test_a_default_that_is_spelt_out_changes_nothing() -> None:
    spelt = {"anchor": {"filing": True}, "counting": {"zone": "owed_to", "calendar": "owed_to"}, "handling": {"max_tlp": "AMBER+STRICT"}}
    assert diff(an_agreement(), an_agreement({**spelt, "owed_by": {"role": "suppliers", "mode": "each"}})) == ()


def test_sixty_minutes_and_one_hour_are_the_same() -> None:
    assert the_change(an_agreement({"within": {"hours": 1}}), an_agreement({"within": {"minutes": 60}})).effect == "same"


@pytest.mark.parametrize(("aspect", "old", "new", "effect"), CHANGES)
def test_each_aspect_is_told_and_judged_in_both_directions(aspect: str, old: dict[str, Any], new: dict[str, Any], effect: str) -> None:
    before = {key: None for key in new if key not in old and key not in ONE["commitments"][0]} | old
    one, two = an_agreement(before), an_agreement(old | new)
    there, back = the_change(one, two), the_change(two, one)
    assert (there.aspect, there.effect) == (aspect, effect)
    assert (back.aspect, back.effect) == (aspect, MIRRORED[effect])
    assert (there.before, there.after, there.gains, there.loses) == (back.after, back.before, back.loses, back.gains)
    assert there.text.endswith(".")


def test_every_key_of_a_clause_is_compared() -> None:
    told = {key for _, old, new, _ in CHANGES for key in (*old, *new)} | {"id"}
    keys = {field.data_key or name for name, field in CommitmentSchema().fields.items()}
    assert keys == CLAUSE_KEYS == told
    assert {field.data_key or name for name, field in DocumentSchema().fields.items()} == DOCUMENT_KEYS


def test_whoever_has_to_acknowledge_sooner_loses() -> None:
    tell = {"tell": {"fields": ["tlp"]}, "discharged_by": "sent", "acknowledge_within": {"hours": 4}}
    change = the_change(an_agreement(tell), an_agreement(tell | {"acknowledge_within": {"hours": 2}}))
    assert (change.effect, change.gains, change.loses) == ("stronger", "each supplier", "the national CERT of the deployment's country")


def test_a_new_clause_is_a_gain_for_its_creditor_and_a_removed_one_for_its_debtor() -> None:
    more = [*ONE["commitments"], {**ONE["commitments"][0], "id": "again", "title": "Again"}]
    added, removed = (
        the_change(*pair) for pair in ((an_agreement(), an_agreement(commitments=more)), (an_agreement(commitments=more), an_agreement()))
    )
    assert (added.kind, added.clause, added.gains) == ("added", "again", "the national CERT of the deployment's country")
    assert (removed.kind, removed.clause, removed.gains) == ("removed", "again", "each supplier")
    assert "a plan within 4 hours of filing" in added.after == removed.before


def test_a_clause_that_only_got_another_id_is_renamed_with_those_that_wait_for_it() -> None:
    first = ONE["commitments"][0]
    then = {**first, "id": "report", "title": "Report", "anchor": {"after": "plan"}}
    old = an_agreement(commitments=[then, first])
    new = an_agreement(commitments=[{**first, "id": "scheme"}, {**then, "id": "account", "anchor": {"after": "scheme"}}])
    assert [(each.aspect, each.before, each.after, each.effect) for each in diff(old, new)] == [
        ("id", "plan", "scheme", "same"),
        ("id", "report", "account", "same"),
    ]
    other = an_agreement(commitments=[{**first, "id": "scheme", "within": {"hours": 5}}, {**then, "anchor": {"after": "scheme"}}])
    kinds = {(each.kind, each.clause) for each in diff(old, other)}
    assert kinds == {("added", "scheme"), ("removed", "plan"), ("changed", "report")}


def test_parties_term_and_targets_are_told() -> None:
    new = an_agreement(
        parties=[ONE["parties"][0], "https://three.example/#party"], in_force={"from": "2026-01-01", "until": "2027-12-31"},
        planning_targets=[{"for": "eu.gdpr.art33.authority", "within": {"hours": 12}, "cite": "Annex B"}], title="Three",
    )  # fmt: skip
    changes = {(each.kind, each.aspect): each for each in diff(an_agreement(), new)}
    assert set(changes) == {("changed", "title"), ("changed", "term"), ("added", "party"), ("removed", "party"), ("changed", "planned for")}
    assert changes["changed", "term"].effect == "stronger"
    assert changes["added", "party"].after == "https://three.example/#party"
    assert (changes["changed", "planned for"].before, changes["changed", "planned for"].after) == ("nothing", "12 hours")


# -- periods ----------------------------------------------------------------------------------------------------------------

TERM = (datetime(2025, 12, 31, 22, tzinfo=UTC), datetime(2026, 12, 31, 22, tzinfo=UTC))
PLACES = [("Europe/Tallinn", "EE:public"), ("Asia/Tokyo", "JP:public"), ("America/New_York", "none"), ("UTC", "weekend")]
periods = st.one_of(
    st.builds(lambda n: Period(n, "h", "elapsed_hours"), st.integers(1, 100)),
    st.builds(lambda n: Period(n, "d", "calendar_days"), st.integers(1, 5)),
    st.builds(lambda n, at: Period(n, "bd", "business_days", at=at), st.integers(1, 3), st.sampled_from([None, "09:00", "17:30"])),
    st.builds(lambda n: Period(n, "mo", "calendar_months"), st.integers(1, 2)),
)
places = st.sampled_from(PLACES)
starts = st.datetimes(TERM[0].replace(tzinfo=None), TERM[1].replace(tzinfo=None) - timedelta(microseconds=1))


def fixed(period: Period, place: tuple[str, str]) -> Counted:
    return Counted(period, Counting(f"fixed:{place[0]}", f"fixed:{place[1]}"))


def due(period: Period, place: tuple[str, str], start: datetime) -> datetime:
    return deadline(period, Moment.exactly(start), Place(*place), basis=Basis.CONTRACT, cite=None).due_at


def compare(old: Counted, new: Counted) -> Compared:
    return compared(old, new, TERM, "Europe/Tallinn", Effort())


def test_a_day_against_a_business_day_that_runs_to_its_end_is_always_stricter() -> None:
    found = compare(fixed(Period(1, "bd", "business_days"), PLACES[0]), fixed(Period(24, "h", "elapsed_hours"), PLACES[0]))
    assert (found.how, found.later_too, found.later) == ("always", False, None)


def test_twenty_four_hours_against_a_day_are_later_only_where_the_clocks_are_put_forward() -> None:
    found = compare(fixed(Period(1, "d", "calendar_days"), PLACES[0]), fixed(Period(24, "h", "elapsed_hours"), PLACES[0]))
    assert (found.how, found.later_too) == ("sometimes", True)
    assert found.later is not None
    assert found.later.start == datetime(2026, 3, 28, 22, tzinfo=UTC) - timedelta(microseconds=1)  # Saturday ends in Tallinn


def test_what_ends_earlier_over_weekends_alone_is_stricter_sometimes_and_never_later() -> None:
    found = compare(fixed(Period(1, "bd", "business_days"), PLACES[0]), fixed(Period(1, "d", "calendar_days"), PLACES[0]))
    assert (found.how, found.later_too, found.later) == ("sometimes", False, None)
    clauses = {"within": {"business_days": 1}, **HERE}, {"within": {"days": 1}, **HERE}
    assert the_change(*map(an_agreement, clauses)).effect == "stronger"


def test_against_a_cut_off_it_is_stricter_only_sometimes_and_both_are_shown() -> None:
    found = compare(fixed(Period(1, "bd", "business_days", at="17:00"), PLACES[0]), fixed(Period(24, "h", "elapsed_hours"), PLACES[0]))
    assert (found.how, found.later_too, found.supposing) == ("sometimes", True, None)
    assert found.earlier is not None
    assert found.later is not None


@settings(max_examples=examples(40), deadline=None)
@given(old=periods, new=periods, there=places, here=places, tried=st.lists(starts, min_size=20, max_size=20))
def test_no_start_contradicts_what_is_said_and_every_witness_shows_it(
    old: Period, new: Period, there: tuple[str, str], here: tuple[str, str], tried: list[datetime]
) -> None:
    found = compare(fixed(old, there), fixed(new, here))
    assert found.how is not None
    assert found.supposing is None
    for each in tried:
        start = each.replace(tzinfo=UTC)
        before, after = due(old, there, start), due(new, here, start)
        assert after < before or found.how != "always"
        assert not (after < before and found.how == "never")
        assert not (after > before and not found.later_too)
    for witness, earlier in ((found.earlier, True), (found.later, False)):
        if witness is not None:
            assert (witness.old, witness.new) == (due(old, there, witness.start), due(new, here, witness.start))
            assert (witness.new < witness.old) is earlier
            assert witness.new != witness.old


@given(period=periods, more=st.integers(1, 3))
def test_more_of_the_same_unit_is_weaker_anywhere(period: Period, more: int) -> None:
    role = Counting()
    longer = Period(period.n + more, period.unit, period.rule, at=period.at)
    found = compare(Counted(period, role), Counted(longer, role))
    assert (found.how, found.later_too, found.supposing) == ("never", True, None)


def test_where_the_place_depends_on_the_case_nothing_is_decided_and_the_supposed_place_is_named() -> None:
    change = the_change(an_agreement({"within": {"hours": 24}}), an_agreement({"within": {"business_days": 1}}))
    assert (change.effect, change.gains) == ("different", None)
    assert "supposing the clocks of Europe/Tallinn and weekends and no holidays" in change.because


@settings(max_examples=examples(300), deadline=None)
@given(period=periods, place=st.sampled_from([(name, "weekend") for name in ZONES]), start=starts)
def test_no_period_lasts_less_or_more_than_it_can_anywhere(period: Period, place: tuple[str, str], start: datetime) -> None:
    least, most = timing._bounds(period)
    lasted = due(period, place, start.replace(tzinfo=UTC)) - start.replace(tzinfo=UTC)
    assert least <= lasted
    assert most is None or lasted <= most


def test_no_zone_has_moved_its_clocks_further_than_is_allowed_for() -> None:
    weeks = [datetime(timing.CLOCKS_SINCE, 1, 1, tzinfo=UTC) + timedelta(weeks=each) for each in range(52 * 26)]
    for name in ZONES:
        offsets = {at.astimezone(zone(name)).utcoffset() or timedelta() for at in weeks}
        assert max(offsets) - min(offsets) <= timing.CLOCKS_MOVE, name


@pytest.mark.parametrize("starts_on", ["0001-01-02", "1899-12-31", "9999-12-01"])
def test_a_term_in_which_nothing_is_counted_is_no_crash(starts_on: str) -> None:
    new = {"within": {"business_days": 1}, **HERE}
    pair = (an_agreement(clause, in_force={"from": starts_on}) for clause in (HERE, new))
    assert "not compared: the term begins in a year" in the_change(*pair).because


def test_the_same_word_for_another_party_is_another_place() -> None:
    old, new = (
        an_agreement({"within": {"business_days": 2}}),
        an_agreement({"within": {"business_days": 1}, "owed_to": {"role": "operator"}}),
    )
    assert {each.aspect: each.effect for each in diff(old, new)} == {"who is owed": "different", "period": "different"}


def test_what_would_take_too_long_is_not_compared() -> None:
    one, other = fixed(Period(1, "bd", "business_days"), PLACES[0]), fixed(Period(24, "h", "elapsed_hours"), PLACES[0])
    found = compared(one, other, TERM, "Europe/Tallinn", Effort(100))
    assert (found.how, found.later_too) == (None, False)
    assert "too long" in found.because


def test_the_same_comparison_in_many_clauses_is_made_once() -> None:
    clause = {**ONE["commitments"][0], **HERE}
    old, new = (
        an_agreement(commitments=[{**clause, "id": f"plan_{each}", "within": within} for each in range(60)])
        for within in ({"hours": 24}, {"business_days": 1, "at": "17:00"})
    )
    changes = diff(old, new)
    assert len(changes) == 60
    assert {each.because for each in changes} == {changes[0].because}
    assert "only sometimes stricter" in changes[0].because


def test_a_calendar_that_nobody_knows_is_not_compared() -> None:
    old, new = (
        an_agreement(HERE),
        an_agreement({"within": {"business_days": 1}, "counting": {"zone": "Europe/Tallinn", "calendar": "XX:public"}}),
    )
    assert "not compared: it cannot be counted here" in the_change(old, new).because


# -- conditions -------------------------------------------------------------------------------------------------------------

tests = st.one_of(
    st.builds(
        lambda words: c.Test("severity", "in", tuple(words)), st.lists(st.sampled_from(["low", "medium", "high"]), min_size=1, unique=True)
    ),
    st.builds(lambda value: c.Test("personal_data_breach", "is", (value,)), st.booleans()),
    st.builds(lambda bound, op: c.Test("affected_individuals", op, (bound,)), st.integers(0, 9), st.sampled_from(["at_least", "at_most"])),
    st.builds(lambda word: c.Test("affected_countries", "includes", (word,)), st.sampled_from(["EE", "NO"])),
    st.just(c.Test("aware_at", "known", ())),
)
conditions: st.SearchStrategy[c.Condition] = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(c.Not, inner),
        st.builds(lambda parts: c.All(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: c.Any(tuple(parts)), st.lists(inner, max_size=3)),
    ),
    max_leaves=5,
)
cases = st.fixed_dictionaries(
    {
        "severity": st.sampled_from([None, "low", "medium", "high", "critical"]),
        "personal_data_breach": st.sampled_from([None, True, False]),
        "affected_individuals": st.one_of(st.none(), st.integers(0, 12)),
        "affected_countries": st.one_of(st.none(), st.lists(st.sampled_from(["EE", "NO", "FR"]), unique=True)),
        "aware_at": st.sampled_from([None, Moment.exactly(TERM[0])]),
    }
)
RANK = {False: 0, None: 1, True: 2}


@settings(deadline=None)
@given(old=conditions, new=conditions, tried=st.lists(cases, min_size=10, max_size=10))
def test_no_case_contradicts_what_is_said_of_two_conditions(old: c.Condition, new: c.Condition, tried: list[dict[str, object]]) -> None:
    found = implied(old, new, Effort())
    assert found.not_compared is None
    for case in tried:
        before, after = (RANK[c.truth(each, lambda fact, of: case[fact])] for each in (old, new))  # noqa: B023 - called at once
        assert not (after > before and found.more is None)
        assert not (after < before and found.less is None)
    for witness, sign in ((found.more, 1), (found.less, -1)):
        if witness is not None:
            before, after = (RANK[c.truth(each, lambda fact, of: witness[fact, of])] for each in (old, new))  # noqa: B023 - called at once
            assert (after - before) * sign > 0


def test_numbers_beyond_every_constant_and_sets_of_several_countries_are_tried() -> None:
    unknown = c.Not(c.Test("affected_individuals", "known", ()))
    few = c.Any((c.Test("affected_individuals", "at_most", (5,)), unknown))
    assert implied(few, c.ALWAYS, Effort()).more == {("affected_individuals", "operator"): 6}
    named = c.Test("affected_countries", "known", ())
    both = c.All((named, *(c.Test("affected_countries", "includes", (each,)) for each in ("EE", "NO"))))
    assert implied(both, c.Any(()), Effort()).less == {("affected_countries", "operator"): ("EE", "NO")}


def test_a_condition_over_too_many_facts_is_not_compared() -> None:
    names = ["personal_data_breach", "cross_border", "significant_incident", "ai_serious_incident", "actively_exploited"]
    parts = tuple(
        c.Test("affected_individuals", "at_least", (each * 10,), of)
        for each in range(30)
        for of in ("operator", "owed_by", "owed_to", "filer")
    )
    found = implied(c.All((*parts, *(c.Test(name, "is", (True,)) for name in names[:2]))), c.All(()), Effort())
    assert (found.more, found.less) == (None, None)
    assert found.not_compared == "the facts have too many combinations to try them all"


def test_a_fact_that_nobody_knows_is_not_compared() -> None:
    found = implied(c.Test("phase_of_the_moon", "is", ("full",)), c.All(()), Effort())
    assert found.not_compared == "no fact is called phase_of_the_moon"
