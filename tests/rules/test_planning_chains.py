"""Duties that come again, that run from what another did, that give way to another law, and that are planned for without a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident.rules.commitment import Anchor, Counting, Parties, Repeat, Role, Target
from incident.rules.conditions import Test as Check
from incident.rules.legaltime import moment
from incident.rules.legaltime.values import Period
from incident.rules.planning import Happened, Planned, plan
from tests.rules.planning_case import AUTHORITY, AWARE, MINISTRY, NOW, VENDOR, case, law, party, said

HOUR = timedelta(hours=1)
RESOLVED = Check("resolved_at", "known", (), "owed_by")
WEEKLY = law(
    "update", anchors=(Anchor("after", "initial"),), period=Period(28, "d", "calendar_days"), repeat=Repeat("submission", RESOLVED)
)


def by_stage(planned: list[Planned]) -> dict[tuple[str, str], Planned]:
    return {(each.stage, each.occurrence): each for each in planned}


def submitted(stage: str, *at: datetime) -> dict[tuple[str, str, object], tuple[datetime, ...]]:
    return {("eu.law", stage, MINISTRY.id): at}


class TestRepeatedDuties:
    def test_it_comes_again_after_each_time_that_it_was_done(self) -> None:
        first, second = NOW + HOUR, NOW + timedelta(days=20)
        done = {by_stage(plan(case(), [WEEKLY]))["update", "first"].key: first}
        done |= {key._replace(occurrence="2"): second for key in list(done)}
        found = by_stage(plan(case(), [law("initial"), WEEKLY], Happened(submitted("initial", NOW), done=done)))  # type: ignore[arg-type]
        assert [name for name in found if name[0] == "update"] == [("update", "first"), ("update", "2"), ("update", "3")]
        assert [found["update", each].started_at for each in ("first", "2", "3")] == [NOW, first, second]
        assert not found["update", "3"].predicted
        assert "number 2" in next(line.text for line in found["update", "3"].because if line.code == "anchor")

    def test_it_stops_when_its_reason_is_over_and_what_was_done_stays(self) -> None:
        key = by_stage(plan(case(), [WEEKLY]))["update", "first"].key
        over = case(said("resolved_at", AWARE))
        assert by_stage(plan(over, [law("initial"), WEEKLY], Happened(submitted("initial", NOW)))).keys() == {("initial", "first")}  # type: ignore[arg-type]
        after = by_stage(plan(over, [law("initial"), WEEKLY], Happened(submitted("initial", NOW), done={key: NOW + HOUR})))  # type: ignore[arg-type]
        assert after.keys() == {("initial", "first"), ("update", "first")}

    def test_each_new_fact_has_a_clock_of_its_own_and_a_corrected_one_has_none(self) -> None:
        new = law("additional", anchors=(Anchor("fact", "new_fact_at", "owed_by"),), repeat=Repeat("fact"))
        earlier = said("new_fact_at", moment("2026-11-24T08:00:00+02:00"), at=NOW)
        later = said("new_fact_at", moment("2026-11-26T09:00:00+02:00"), at=NOW + HOUR)
        found = by_stage(plan(case(later, before=(earlier,)), [new]))
        assert [each.deadline and each.deadline.due_at for each in found.values()] == [
            datetime(2026, 11, 25, 6, tzinfo=UTC),
            datetime(2026, 11, 27, 7, tzinfo=UTC),
        ]
        assert len(plan(case(later), [new])) == 1
        waiting = plan(case(), [new])
        assert [each.because[-1].code for each in waiting] == ["waits"]


class TestChains:
    def test_it_is_predicted_from_the_latest_lawful_instant_of_the_variant_that_may_take_longest(self) -> None:
        long, short = law("notice", period=Period(72, "h", "elapsed_hours")), law("trust.notice")
        final = law("final", anchors=(Anchor("after", "notice"),))
        found = by_stage(plan(case(), [short, long, final]))
        assert found["final", "first"].started_at == AWARE.earliest + 72 * HOUR
        assert found["final", "first"].predicted

    def test_the_earlier_of_two_starts_with_whichever_is_known(self) -> None:
        both = law("report", anchors=(Anchor("fact", "aware_at", "owed_by"), Anchor("fact", "aware_at", "owed_to")), combine="earliest")
        theirs = moment("2026-11-23T08:00:00+02:00")
        assert plan(case(), [both])[0].started_at == AWARE.earliest
        assert plan(case(said("aware_at", theirs, AUTHORITY)), [both])[0].started_at == theirs.earliest

    def test_the_later_of_two_is_only_a_prediction_while_one_is_open(self) -> None:
        both = law(
            "final", anchors=(Anchor("fact", "aware_at", "owed_by"), Anchor("fact", "measure_available_at", "owed_by")), combine="latest"
        )
        assert plan(case(), [both])[0].predicted
        known = plan(case(said("measure_available_at", moment("2026-11-25T08:00:00+02:00"))), [both])[0]
        assert (known.predicted, known.started_at) == (False, datetime(2026, 11, 25, 6, tzinfo=UTC))

    def test_the_latest_of_several_submissions_counts_where_the_law_says_so(self) -> None:
        final = law("final", anchors=(Anchor("after", "intermediate"),), combine="latest")
        happened = Happened(submitted("intermediate", NOW, NOW + 5 * HOUR))  # type: ignore[arg-type]
        assert plan(case(), [law("intermediate"), final], happened)[-1].started_at == NOW + 5 * HOUR

    def test_doras_four_hours_are_a_prediction_until_it_is_classified(self) -> None:
        anchors = (Anchor("fact", "classified_at", "owed_by"), Anchor("fact", "aware_at", "owed_by"))
        initial = law("initial", anchors=anchors, combine="rule", period=Period(4, "h", "dora_initial"))
        assert plan(case(), [initial])[0].predicted
        known = plan(case(said("classified_at", moment("2026-11-23T12:00:00+02:00"))), [initial])[0]
        assert (known.predicted, known.deadline and known.deadline.due_at) == (False, datetime(2026, 11, 23, 14, tzinfo=UTC))


class TestAnAuthoritysOwnDuty:
    DUTY = law(
        "authority.answer", owed_by=Parties(Role.AUTHORITY, competence="x"), owed_to=Parties(Role.OPERATOR),
        anchors=(Anchor("receipt", "early_warning"),),
    )  # fmt: skip

    def test_it_runs_from_receiving_and_until_then_is_only_predicted(self) -> None:
        asked = [law("early_warning"), self.DUTY]
        before, sent, got = (
            by_stage(plan(case(), asked, happened))["answer", "first"]
            for happened in (
                Happened(),
                Happened(submitted("early_warning", NOW)),  # type: ignore[arg-type]
                Happened(submitted("early_warning", NOW), submitted("early_warning", NOW + HOUR)),  # type: ignore[arg-type]
            )
        )
        assert (before.debtor, before.creditor) == (AUTHORITY, MINISTRY)
        assert (before.predicted, before.started_at) == (True, AWARE.earliest + 24 * HOUR)
        assert (sent.predicted, sent.started_at) == (True, NOW)
        assert (got.predicted, got.started_at) == (False, NOW + HOUR)


class TestDisplacement:
    WEAK = law("report", displaced_by=(("eu.strong", "Art. 4"),))
    STRONG = law("initial", "eu.strong", when=Check("classified_major", "is", (True,)))

    def test_a_cited_relation_puts_one_law_in_the_place_of_another(self) -> None:
        found = plan(case(said("classified_major", True)), [self.WEAK, self.STRONG])
        assert [each.commitment.source.name for each in found] == ["eu.strong"]
        assert [(line.text, line.cite) for line in found[0].because if line.code == "displaces"] == [
            ("Stands in place of eu.law.", "Art. 4")
        ]

    def test_a_law_that_only_may_bind_displaces_nothing(self) -> None:
        found = {each.commitment.source.name: each for each in plan(case(), [self.WEAK, self.STRONG])}
        assert found.keys() == {"eu.law", "eu.strong"}
        assert [line.cite for line in found["eu.law"].because if line.code == "may_be_displaced"] == ["Art. 4"]

    def test_what_binds_another_party_displaces_nothing(self) -> None:
        theirs = replace(self.STRONG, owed_by=Parties(Role.SUPPLIERS), when=Check("classified_major", "is", (True,)))
        assert len(plan(case(said("classified_major", True)), [self.WEAK, theirs])) == 3


class TestTargets:
    NO_NUMBER = law("notice", period=None)

    def test_a_duty_without_a_number_is_planned_for_what_was_agreed_and_due_at_no_instant(self) -> None:
        agreed = Target(Period(12, "h", "elapsed_hours"), "a 1, Annex B", frozenset({MINISTRY.uri}))
        found = plan(case(), [replace(self.NO_NUMBER, targets=(agreed,))])[0]
        assert (found.deadline, found.target_at) == (None, AWARE.earliest + 12 * HOUR)
        assert found.because[-1].cite == "a 1, Annex B"
        assert "no legal instant" in found.because[-1].text

    def test_it_binds_nobody_who_did_not_sign(self) -> None:
        agreed = Target(Period(12, "h", "elapsed_hours"), "a 1, Annex B", frozenset({VENDOR.uri}))
        assert plan(case(), [replace(self.NO_NUMBER, targets=(agreed,))])[0].target_at is None

    def test_beside_a_number_it_moves_only_the_plan(self) -> None:
        found = plan(case(), [law("notice", targets=(Target(Period(6, "h", "elapsed_hours"), "guidance"),))])[0]
        assert found.deadline is not None
        assert (found.deadline.target_at, found.deadline.due_at) == (AWARE.earliest + 6 * HOUR, AWARE.earliest + 24 * HOUR)
        late = plan(case(), [law("notice", targets=(Target(Period(60, "h", "elapsed_hours"), "guidance"),))])[0]
        assert late.target_at == AWARE.earliest + 24 * HOUR


class TestWhoAPartyIs:
    ASKS = law("report", when=Check("is_controller", "is", (True,), "owed_by"))

    def test_what_a_complete_profile_does_not_name_is_answered_no(self) -> None:
        complete = party("ministry", profile={"profile_complete": True})
        assert plan(case(operator=complete), [self.ASKS]) == []
        assert [each.provisional for each in plan(case(), [self.ASKS])] == [True]

    def test_what_it_names_as_unknown_stays_unknown_and_a_stated_fact_comes_first(self) -> None:
        open_ = party("ministry", profile={"profile_complete": True, "is_controller": None})
        assert [each.provisional for each in plan(case(operator=open_), [self.ASKS])] == [True]
        complete = party("ministry", profile={"profile_complete": True})
        assert [each.provisional for each in plan(case(said("is_controller", True), operator=complete), [self.ASKS])] == [False]


def test_a_duty_to_people_is_planned_without_a_creditor() -> None:
    found = plan(case(), [law("people", owed_to=Parties(Role.PERSONS))])
    assert [(each.debtor, each.creditor) for each in found] == [(MINISTRY, None)]


def test_a_body_that_sits_elsewhere_is_found_by_its_competence() -> None:
    assert [each.creditor for each in plan(case(), [law("office", owed_to=Parties(Role.COMPETENT, competence="x"))])] == [AUTHORITY]


def test_where_the_category_of_calendar_is_not_known_public_holidays_are_used_and_it_is_said() -> None:
    asked = law("intermediate", period=Period(72, "h", "dora_intermediate"), counting=Counting("owed_by", "owed_by", "bank"))
    found = plan(case(), [asked])[0]
    assert [line.code for line in found.because if line.code == "calendar_missing"] == ["calendar_missing"]
    assert found.deadline is not None
    assert found.deadline.calendar_version.startswith("EE:public")
