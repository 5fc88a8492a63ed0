"""How a version stands for its parties, what of it binds whom, and which acts may come on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml

from incident.errors import Conflict, Invalid, NotAllowed, Refused
from incident.rules import terms
from incident.rules.proof.statements import Statement
from incident.rules.terms import Act, Agreement, Standing, admission, as_bound, standings

A, B, C, D = (f"https://{each}.example/#party" for each in "abcd")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)


def clause(name: str) -> dict[str, Any]:
    return {
        "id": name, "title": name.title(), "cite": f"cl. {name}", "owed_by": {"role": "home_cert"}, "owed_to": {"role": "affected_certs"},
        "owes": "a notice", "within": {"hours": 4}, "discharged_by": "submitted",
    }  # fmt: skip


def agreement(*parties: str, **members: Any) -> Agreement:
    """Two clauses between these parties, in force from 2026, in UTC."""
    document = {
        "name": "pact", "version": "1.0", "title": "Pact", "zone": "UTC", "in_force": {"from": "2026-01-01"},
        "parties": list(parties or (A, B)), "commitments": [clause("notice"), clause("secrecy")], **members,
    }  # fmt: skip
    return terms.load(yaml.safe_dump(document))


EXIT = {"exit": {"notice": {"days": 30}, "cite": "art. 9"}}
SURVIVAL = {"survival": {"clauses": ["secrecy"], "within": {"days": 365}, "cite": "art. 10"}}


def stand(of: Agreement, *acts: Act, unsigned: tuple[str, ...] = ()) -> tuple[Standing, ...]:
    return standings(of, {each: None if each in unsigned else BEFORE for each in of.parties}, acts)


def states(of: Agreement, *acts: Act, at: datetime = NOW, unsigned: tuple[str, ...] = ()) -> list[str]:
    return [each.state(at) for each in stand(of, *acts, unsigned=unsigned)]


def bound(of: Agreement, *acts: Act, at: datetime = NOW, unsigned: tuple[str, ...] = (), newer: frozenset[str] = frozenset()) -> Any:
    """Who is bound by which clause."""
    found = as_bound(of, stand(of, *acts, unsigned=unsigned), at, newer=newer)
    return found and {each.id: each.signatories for each in found.commitments}


def test_it_binds_nobody_before_all_have_signed() -> None:
    assert states(agreement(A, B, C), unsigned=(C,)) == ["signed", "signed", "proposed"]
    assert bound(agreement(A, B, C), unsigned=(C,)) is None
    assert states(agreement()) == ["in_force", "in_force"]


def test_what_binds_everybody_in_full_is_the_agreement_itself() -> None:
    whole = agreement()
    assert as_bound(whole, stand(whole), NOW) is whole


def test_a_multilateral_one_binds_those_who_signed_as_soon_as_they_are_two() -> None:
    treaty = agreement(A, B, C, layer="multilateral")
    assert bound(treaty, unsigned=(B, C)) is None
    assert states(treaty, unsigned=(B, C)) == ["signed", "proposed", "proposed"]
    assert bound(treaty, unsigned=(C,)) == {"notice": {A, B}, "secrecy": {A, B}}


def test_a_party_is_bound_from_the_date_with_which_it_signed() -> None:
    later = Act(B, "sign", NOW + timedelta(days=2))
    assert states(agreement(), later) == ["in_force", "signed"]
    assert bound(agreement(), later) is None
    assert bound(agreement(), later, at=NOW + timedelta(days=3)) is not None


def test_a_reserved_clause_binds_neither_who_reserved_it_nor_anybody_towards_it() -> None:
    treaty = agreement(A, B, C, D)
    found = as_bound(treaty, stand(treaty, Act(D, "sign", None, frozenset({"notice"}))), NOW)
    assert found is not None
    notice, secrecy = found.commitments
    assert (notice.signatories, secrecy.signatories) == ({A, B, C}, {A, B, C, D})
    assert notice.because_applies.endswith(f"Reserved by {D}: binds neither them nor anybody towards them.")
    assert (found.digest, found.bound_as == treaty.bound_as) == (treaty.digest, False)


def test_between_two_a_reserved_clause_binds_nobody() -> None:
    assert bound(agreement(), Act(B, "sign", None, frozenset({"notice"}))) == {"secrecy": {A, B}}


def test_a_party_leaves_by_itself_where_an_article_lets_it() -> None:
    left = Act(B, "end", NOW)
    assert states(agreement(**EXIT), left) == ["in_force", "ended"]
    assert bound(agreement(**EXIT), left) is None
    assert bound(agreement(A, B, C, **EXIT), left) == {"notice": {A, C}, "secrecy": {A, C}}


def test_without_an_article_it_ends_when_all_have_said_so() -> None:
    one, other = Act(A, "end", NOW - timedelta(days=1)), Act(B, "end", NOW)
    assert states(agreement(), one) == ["in_force", "in_force"]
    assert states(agreement(), one, other, at=NOW - timedelta(seconds=1)) == ["in_force", "in_force"]
    assert states(agreement(), one, other) == ["ended", "ended"]


def test_suspended_and_resumed() -> None:
    article = {"suspension": {"cite": "art. 8"}}
    acts = (Act(A, "suspend", NOW), Act(A, "resume", NOW + timedelta(days=2)))
    assert states(agreement(**article), *acts) == ["suspended", "in_force"]
    assert bound(agreement(**article), *acts) is None
    assert states(agreement(**article), *acts, at=NOW + timedelta(days=2)) == ["in_force", "in_force"]
    both = (acts[0], Act(B, "suspend", NOW + timedelta(days=1)))
    assert states(agreement(), *both) == ["in_force", "in_force"]
    assert states(agreement(), *both, at=NOW + timedelta(days=1)) == ["suspended", "suspended"]


@pytest.mark.parametrize(("days", "bound_by"), [(0, {"secrecy": {A, B}}), (364, {"secrecy": {A, B}}), (367, None)])
def test_what_survives_binds_among_those_who_were_parties_for_as_long_as_it_says(days: int, bound_by: Any) -> None:
    ended = agreement(**EXIT, **SURVIVAL), Act(A, "end", NOW), Act(B, "end", NOW)
    assert bound(*ended, at=NOW + timedelta(days=days)) == bound_by


def test_what_survives_says_so_and_what_does_not_survive_is_gone() -> None:
    of = agreement(**SURVIVAL, in_force={"from": "2026-01-01", "until": "2026-10-31"})
    found = as_bound(of, stand(of), NOW)
    assert found is not None
    (secrecy,) = found.commitments
    assert secrecy.because_applies.endswith(f"It has ended for {A}, {B}; this clause survives under art. 10.")


def test_one_who_left_stays_bound_by_what_survives_and_the_others_by_all() -> None:
    assert bound(agreement(A, B, C, **EXIT, **SURVIVAL), Act(C, "end", NOW)) == {"notice": {A, B}, "secrecy": {A, B, C}}


def test_among_those_whom_a_newer_version_binds_the_older_one_does_not() -> None:
    treaty = agreement(A, B, C, D)
    assert bound(treaty, newer=frozenset({A, B, C, D})) is None
    found = as_bound(treaty, stand(treaty), NOW, newer=frozenset({A, B}))
    assert found is not None
    assert {each.apart for each in found.commitments} == {frozenset({A, B})}
    assert as_bound(treaty, stand(treaty), NOW, newer=frozenset({A})) is treaty


def transcribed() -> Agreement:
    return agreement(A, B, C, D, transcription={
        "of": "A pact", "text_digest": "sha256:" + "0" * 64, "source": "invented for this test", "certified_by": "A. N. Other",
        "certified_on": "2026-10-01", "parties": [
            {"party": A, "signed_on": "2025-05-01", "in_force_from": "2026-02-01"},
            {"party": B, "signed_on": "2025-05-01", "in_force_from": "2026-02-01", "exit_on": "2026-12-01"},
            {"party": C, "signed_on": "2025-05-01", "provisional_from": "2026-03-01"},
            {"party": D, "signed_on": "2025-05-01", "in_force_from": "2026-02-01",
             "reservations": [{"clauses": ["notice"], "text": "Not towards anybody."}]}]})  # fmt: skip


def test_a_transcription_binds_those_alone_who_sign_it_as_correct() -> None:
    treaty = transcribed()
    assert bound(treaty, unsigned=(B, C, D)) is None
    assert bound(treaty, unsigned=(C, D)) == {"notice": {A, B}, "secrecy": {A, B}}


def test_a_transcription_says_since_when_and_without_what_each_is_bound() -> None:
    treaty = transcribed()
    assert states(treaty) == ["in_force", "in_force", "provisional", "in_force"]
    assert bound(treaty) == {"notice": {A, B, C}, "secrecy": {A, B, C, D}}
    found = as_bound(treaty, stand(treaty), NOW)
    assert found is not None
    assert f"Applied provisionally by {C}." in found.commitments[0].because_applies
    assert states(treaty, at=NOW + timedelta(days=30)) == ["in_force", "ended", "provisional", "in_force"]


# -- which acts may come on record -------------------------------------------------------------------------------------------


def said(of: Agreement, kind: str, by: str = A, **members: Any) -> Statement:
    made = Statement(UUID(int=1), kind, of.name, of.version, of.digest, by, NOW, reason="" if kind == "sign" else "because")
    return replace(made, **members)


def admitted(of: Agreement, statement: Statement, *acts: Act, unsigned: tuple[str, ...] = (), last: str | None = None) -> Any:
    return admission.admit(of, statement, stand(of, *acts, unsigned=unsigned), last=last, now=NOW)


def test_leaving_takes_the_notice_of_its_article() -> None:
    of = agreement(**EXIT)
    assert admitted(of, said(of, "end")) == NOW + timedelta(days=30, hours=15)  # days end with the day
    at = NOW + timedelta(days=60)
    assert admitted(of, said(of, "end", effective_at=at)) == at
    assert admitted(agreement(), said(agreement(), "end")) == NOW


PACT, TREATY = agreement(in_force={"from": "2026-01-01", "until": "2027-12-31"}, **EXIT), transcribed()
STOPS = agreement(suspension={"cite": "art. 8"})
LAST = "sha256:" + "c" * 64
REFUSED: dict[str, tuple[type[Refused], str, Agreement, Statement, dict[str, Any]]] = {
    "a stranger": (NotAllowed, "not_a_party", PACT, said(PACT, "end", C), {}),
    "another version": (Conflict, "other_version", PACT, said(PACT, "end", version="2.0"), {}),
    "another digest": (Conflict, "other_version", PACT, said(PACT, "end", digest=LAST), {}),
    "from the future": (Invalid, "in_the_future", PACT, said(PACT, "end", issued_at=NOW + timedelta(hours=1)), {}),
    "reordered": (Conflict, "out_of_order", PACT, said(PACT, "end", previous=LAST), {}),
    "replayed out of its place": (Conflict, "out_of_order", PACT, said(PACT, "end"), {"last": LAST}),
    "signed twice": (Conflict, "signed_already", PACT, said(PACT, "sign"), {}),
    "a clause that is none": (Invalid, "unknown_clause", PACT, said(PACT, "sign", reserved=("x",)), {"unsigned": (A,)}),
    "signed for yesterday": (Invalid, "in_the_past", PACT, said(PACT, "sign", effective_at=BEFORE), {"unsigned": (A,)}),
    "signed for after the term": (
        Invalid, "after_the_term", PACT, said(PACT, "sign", effective_at=NOW + timedelta(days=900)), {"unsigned": (A,)}),
    "reserved elsewhere": (Invalid, "concluded_elsewhere", TREATY, said(TREATY, "sign", reserved=("notice",)), {"unsigned": (A,)}),
    "no reason": (Invalid, "required", PACT, said(PACT, "end", reason=" "), {}),
    "reserved later": (Invalid, "only_when_signing", PACT, said(PACT, "suspend", reserved=("notice",)), {}),
    "ended unsigned": (Conflict, "not_signed", PACT, said(PACT, "end"), {"unsigned": (A,)}),
    "ended for yesterday": (Invalid, "in_the_past", PACT, said(PACT, "end", effective_at=BEFORE), {}),
    "resumed without having been suspended": (Conflict, "does_not_fit", STOPS, said(STOPS, "resume"), {}),
    "ended without notice": (Invalid, "too_early", PACT, said(PACT, "end", effective_at=NOW + timedelta(days=3)), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_act_that_may_not_come_on_record_is_refused_with_its_reason(name: str) -> None:
    kind, code, of, statement, how = REFUSED[name]
    with pytest.raises(kind) as refused:
        admitted(of, statement, **how)
    found = refused.value
    assert code in ([each.code for each in found.faults] if isinstance(found, Invalid) else [found.code])


def test_signing_after_the_term_and_ending_twice_are_refused() -> None:
    over = agreement(in_force={"from": "2026-01-01", "until": "2026-10-31"})
    with pytest.raises(Conflict, match="term of this version is over"):
        admitted(over, said(over, "sign"), unsigned=(A,))
    with pytest.raises(Conflict, match="has ended"):
        admitted(PACT, said(PACT, "end"), Act(A, "end", NOW))
    with pytest.raises(Conflict, match="ends already for this party, from 2026-12-23"):
        admitted(PACT, said(PACT, "end"), Act(A, "end", NOW + timedelta(days=30)))


def test_keys_that_the_document_names_are_the_only_ones_that_count() -> None:
    of = agreement(keys=[{"party": A, "fingerprints": [LAST]}])
    assert admission.keys_that_count(of, A) == {LAST}
    assert admission.keys_that_count(of, B) is None
