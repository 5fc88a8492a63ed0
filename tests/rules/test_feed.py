"""Turns from a calendar: what repeats, what is excepted, moved or cancelled, in whose zone; and what is refused, with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident.rules.escalation.feed import AHEAD, LONGEST, FeedRefused, Means, read
from incident.rules.escalation.rota import Turn
from incident.rules.legaltime import zone

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TALLINN = zone("Europe/Tallinn")
EVERYBODY = [Means("deputy", "every")]
CUSTOM = """BEGIN:VTIMEZONE
TZID:Where we sit
BEGIN:STANDARD
DTSTART:20001029T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
END:VTIMEZONE
"""


def event(*lines: str, uid: str = "a") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]) + "\n"


def calendar(*parts: str) -> str:
    return "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//desk//rota//EN\n" + "".join(parts) + "END:VCALENDAR\n"


def turns(text: str, mapping: list[Means] = EVERYBODY, days: float = 5) -> list[str]:
    found = read(text, mapping, TALLINN, NOW).turns
    return [
        f"{each.contact} {each.since:%d %H:%M}-{each.until:%d %H:%M}"
        for each in sorted(found, key=lambda each: each.since)
        if each.since < NOW + timedelta(days=days)
    ]


def refusal(text: str) -> str:
    with pytest.raises(FeedRefused) as refused:
        read(text, EVERYBODY, TALLINN, NOW)
    return refused.value.message


def test_an_event_repeats_is_left_out_and_is_moved_as_the_calendar_says_by_the_zone_that_it_brings() -> None:
    text = calendar(
        CUSTOM,
        event("DTSTART;TZID=Where we sit:20261019T180000", "DTEND;TZID=Where we sit:20261020T080000", "RRULE:FREQ=DAILY",
              "EXDATE;TZID=Where we sit:20261125T180000", "SUMMARY:Night"),
        event("RECURRENCE-ID;TZID=Where we sit:20261126T180000", "DTSTART;TZID=Where we sit:20261126T200000",
              "DTEND;TZID=Where we sit:20261127T080000", "SUMMARY:Night, later"),
    )  # fmt: skip
    assert turns(text) == [
        "deputy 23 16:00-24 06:00",
        "deputy 24 16:00-25 06:00",
        "deputy 26 18:00-27 06:00",
        "deputy 27 16:00-28 06:00",
        "deputy 28 16:00-29 06:00",
    ]


def test_over_the_change_of_the_clocks_a_night_keeps_its_time_on_the_wall() -> None:
    text = calendar(event("DTSTART;TZID=Europe/Tallinn:20260301T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY", "SUMMARY:Night"))
    found = read(text, EVERYBODY, TALLINN, datetime(2026, 3, 28, 12, tzinfo=UTC)).turns
    assert [each.since for each in sorted(found, key=lambda each: each.since)][:3] == [
        datetime(2026, 3, 27, 20, tzinfo=UTC), datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 19, tzinfo=UTC),
    ]  # fmt: skip


def test_whole_days_and_times_without_a_zone_are_those_of_the_partys_place() -> None:
    text = calendar(event("DTSTART;VALUE=DATE:20261126", "SUMMARY:A day"), event("DTSTART:20261127T100000", "DURATION:PT2H", uid="b"))
    assert turns(text) == ["deputy 25 22:00-26 22:00", "deputy 27 08:00-27 10:00"]


def test_the_first_line_of_the_mapping_that_fits_says_whom_an_event_means_and_what_fits_none_is_listed() -> None:
    mapping = [
        Means("manager", "attendee", "Mari@desk.example"),
        Means("manager", "attendee", "kadri kask"),
        Means("deputy", "category", "night"),
        Means("duty_desk", "summary", "PRIMARY"),
    ]
    text = calendar(
        event("DTSTART:20261125T000000Z", "DURATION:PT1H", "SUMMARY:One", "ATTENDEE:mailto:mari@desk.example", "CATEGORIES:Night", uid="1"),
        event("DTSTART:20261125T010000Z", "DURATION:PT1H", "SUMMARY:Second", "ATTENDEE;CN=Kadri Kask:mailto:kk@desk.example", uid="2"),
        event("DTSTART:20261125T020000Z", "DURATION:PT1H", "SUMMARY:The primary desk", "CATEGORIES:work,NIGHT", uid="3"),
        event("DTSTART:20261125T030000Z", "DURATION:PT1H", "SUMMARY:The primary desk", uid="4"),
        event("DTSTART:20261125T040000Z", "DURATION:PT1H", "SUMMARY:Team lunch", uid="5"),
        event("DTSTART:20261125T050000Z", "DURATION:PT1H", "SUMMARY:The primary desk", "STATUS:CANCELLED", uid="6"),
    )  # fmt: skip
    assert turns(text, mapping) == [
        "manager 25 00:00-25 01:00",
        "manager 25 01:00-25 02:00",
        "deputy 25 02:00-25 03:00",
        "duty_desk 25 03:00-25 04:00",
    ]
    assert read(text, mapping, TALLINN, NOW).unmatched == ("Team lunch",)
    assert read(text, mapping, TALLINN, NOW).horizon_at == NOW + AHEAD


def test_an_event_that_lasts_no_time_is_nobodys_turn() -> None:
    assert read(calendar(event("DTSTART:20261125T000000Z", "DTEND:20261125T000000Z")), EVERYBODY, TALLINN, NOW).turns == ()
    assert read(calendar(event("DTSTART:20261125T000000Z", "DURATION:PT1H", "SUMMARY:x")), EVERYBODY, TALLINN, NOW).turns == (
        Turn("deputy", datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC), "x"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin with BEGIN:VCALENDAR"),
        ("<html>Sign in</html>", "does not begin with BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n", "cannot be read as iCalendar"),
        ("BEGIN:VCALENDAR\nnothing like it\nEND:VCALENDAR\n", "cannot be read as iCalendar"),
        (calendar(), "has no events"),
        (calendar(event("SUMMARY:Night")), "'Night' has no DTSTART"),
        (calendar(event("DTSTART:tomorrow", "SUMMARY:Night")), "'Night' has a DTSTART that cannot be read"),
        (
            calendar(event("DTSTART;TZID=Atlantis/Poseidonis:20261128T100000", "DURATION:PT1H", "SUMMARY:Night")),
            "neither a VTIMEZONE nor IANA",
        ),
        (
            calendar(event("DTSTART:20261128T100000Z", "DURATION:PT1H", "RRULE:FREQ=NEVER", "SUMMARY:Night")),
            "'Night' has a RRULE that cannot be read",
        ),
        (
            calendar(event("DTSTART:20261128T100000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY", "SUMMARY:Night")),
            "'Night' repeats secondly; expected at most once an hour",
        ),
        (
            calendar(event("DTSTART:20261128T100000Z", "DURATION:PT1M", "RRULE:FREQ=HOURLY;BYMINUTE=0,1,2", "SUMMARY:Night")),
            "expected at most once an hour",
        ),
        (
            calendar(*(event("DTSTART:19900101T000000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY", uid=str(each)) for each in range(9))),
            "repeat some",
        ),
        (
            calendar(
                *(
                    event("DTSTART:20261128T100000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY", f"SUMMARY:{each}", uid=str(each))
                    for each in range(4)
                )
            ),
            "more than 4000 turns",
        ),
        ("BEGIN:VCALENDAR" + " " * LONGEST, "expected at most"),
    ],
    ids=range(14),
)
def test_what_cannot_be_relied_on_is_refused_with_what_was_expected(text: str, said: str) -> None:
    assert said in refusal(text)
