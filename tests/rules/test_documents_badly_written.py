"""Documents that nobody here wrote well: each is answered with faults that name a place and what was expected, at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from incident.errors import Invalid
from incident.rules import terms
from incident.rules.terms import load
from incident.rules.terms.source import MAX_FAULTS, MAX_VALUES
from tests.rules.spoilt_documents import GOOD, PLAIN, changed, fault, faults, line, places


def test_the_document_that_is_spoilt_here_is_good() -> None:
    assert load(GOOD).name == "two-parties"


# Wrong types at every place.


FREE = re.compile(r".*/when/.*/(is|in/\d+)$")
"""Constants may be of every plain type."""


def put(pointer: str, value: Any) -> dict[str, Any]:
    made: Any = json.loads(json.dumps(PLAIN))
    if not pointer:
        return value  # type: ignore[no-any-return]
    *above, last = pointer.split("/")[1:]
    holder = made
    for token in above:
        holder = holder[int(token) if isinstance(holder, list) else token]
    holder[int(last) if isinstance(holder, list) else last] = value
    return made  # type: ignore[no-any-return]


def fits(pointer: str, value: Any) -> bool:
    """Whether such a value may stand in that place."""
    number = isinstance(value, int) and not isinstance(value, bool)
    return bool(
        FREE.match(pointer)
        or (number and pointer.endswith(("/at_least", "/before/minutes")))
        or (number and value > 0 and pointer.endswith("/hours"))
        or (value is True and pointer.endswith("/filing"))
        or (value == {} and pointer.endswith("/handling"))
    )


@pytest.mark.parametrize("wrong", [7, True, "", {}, [[]], -1], ids=json.dumps)
def test_a_wrong_type_in_any_place_is_named_at_that_place(wrong: Any) -> None:
    assert load(json.dumps(PLAIN))
    for pointer in (each for each in places(PLAIN) if not fits(each, wrong)):
        found = faults(json.dumps(put(pointer, wrong), indent=1))
        assert any(each.pointer.startswith(pointer) or pointer.startswith(each.pointer) for each in found), (pointer, found)
        assert all(each.line for each in found), (pointer, found)


# YAML as people and programs write it.


def test_five_megabytes_are_refused_before_they_are_read() -> None:
    found = fault(GOOD + "# filler\n" * 600_000)
    assert (found.pointer, found.code) == ("", "too_long")
    assert str(terms.MAX_BYTES) in found.message


def test_aliases_that_explode_are_refused_at_the_first_anchor() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))
    found = fault(bomb)
    assert found.line == 1
    assert "line 1, column 4" in found.message
    assert "aliases" in found.message


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "x: [" + "{}," * 60_000 + "]\n",
        GOOD + "x: [" + "1," * 60_000 + "]\n",
        changed("[reference]", "[" + "a," * 100_000 + "]"),
        changed("    within: {hours: 4}\n", "    within: {hours: 4}\n    waivable: [" + "[]," * 20_000 + "]\n"),
    ],
)
def test_a_hundred_thousand_items_are_not_all_looked_at(text: str) -> None:
    found = fault(text)
    assert found.code == "yaml"
    assert f"more than {MAX_VALUES}" in found.message
    assert found.line


def test_a_list_that_is_too_long_is_one_fault_and_not_one_for_each_item() -> None:
    found = fault(changed("must_contain: [reference]", "must_contain: [" + ", ".join(f"wrong{n}" for n in range(301)) + "]"))
    assert found.pointer == "/commitments/0/must_contain"
    assert "1 to 300" in found.message


@pytest.mark.parametrize(
    ("old", "new", "pointer", "nearest"),
    [
        ("    discharged_by:", "    discharged_bye:", "/commitments/0/discharged_bye", "discharged_by"),
        ("within: {hours: 4}", "within: {hour: 4}", "/commitments/0/within/hour", "hours"),
        ("      residency: [EE, NO]", "      residencies: [EE, NO]", "/commitments/0/handling/residencies", "residency"),
        ("only_to: [EE]", "only_too: [EE]", "/restrictions/0/only_too", "only_to"),
        ("zone: Europe/Tallinn", "Zone: Europe/Tallinn", "/Zone", "zone"),
        ("release: pre_authorised", "relaese: pre_authorised", "/commitments/0/tell/relaese", "release"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(old: str, new: str, pointer: str, nearest: str) -> None:
    text = changed(old, new)
    found = next(each for each in faults(text) if each.code == "unknown")
    assert found.pointer == pointer
    assert f"Did you mean {nearest}?" in found.message
    assert found.line == line(text, new.strip())


def test_an_unknown_key_that_resembles_none_is_answered_with_those_that_are_known() -> None:
    found = fault(GOOD + "qqqq: 1\n")
    assert "Did you mean" not in found.message
    assert "commitments" in found.message


@pytest.mark.parametrize(
    ("old", "new", "pointer", "nearest"),
    [
        ("max_tlp: AMBER\n", "max_tlp: amber\n", "/commitments/0/handling/max_tlp", "AMBER"),
        ("discharged_by: received", "discharged_by: recieved", "/commitments/0/discharged_by", "received"),
        ("[reference]", "[refrence]", "/commitments/0/must_contain/0", "reference"),
        ("fact:cross_border", "fact:cross-border", "/commitments/0/tell/fields/2", "fact:cross_border"),
        ("{role: operator}", "{role: operater}", "/commitments/0/owed_by/role", "operator"),
        ("fact: affected_individuals", "fact: affected-individuals", "/commitments/0/when/all/2/fact", "affected_individuals"),
    ],
)
def test_an_unknown_word_is_named_with_the_nearest_known_one(old: str, new: str, pointer: str, nearest: str) -> None:
    found = fault(changed(old, new))
    assert found.pointer == pointer
    assert f"Did you mean {nearest}?" in found.message


def test_a_letter_of_another_alphabet_in_the_name_of_a_fact_is_shown_for_what_it_is() -> None:
    found = fault(changed("fact: severity", "fact: s\u0435verity"))
    assert found.pointer == "/commitments/0/when/all/0/fact"
    assert "Did you mean severity?" in found.message
    assert "U+0435 (CYRILLIC SMALL LETTER IE)" in found.message


def test_a_letter_of_another_alphabet_in_a_key_is_shown_for_what_it_is() -> None:
    found = next(each for each in faults(changed("title: Two parties", "titl\u0435: Two parties")) if each.code == "unknown")
    assert "Did you mean title?" in found.message
    assert "CYRILLIC" in found.message


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u2028", "\u2060", "\u200e"], ids=ascii)
def test_what_is_not_seen_in_an_id_is_refused_and_named(mark: str) -> None:
    found = fault(changed("  - id: notice", f'  - id: "not{mark}ice"'))
    assert found.pointer == "/commitments/0/id"
    assert f"U+{ord(mark):04X}" in found.message


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u2067"], ids=ascii)
def test_what_reorders_or_hides_text_is_refused_in_a_title_too_and_in_a_key(mark: str) -> None:
    assert fault(changed("title: Notice", f'title: "No{mark}tice"')).pointer == "/commitments/0/title"
    found = fault(GOOD + f'"ab{mark}c": 1\n')
    assert (found.pointer, found.code, found.line) == ("", "control", GOOD.count("\n") + 1)
    assert f"U+{ord(mark):04X}" in found.message


@pytest.mark.parametrize("title", ["הודעה", "إشعار\u200f 4", "می\u200cخواهم", "क्\u200dष", "通知", "Notice 🚦"], ids=ascii)
def test_text_in_every_script_is_text(title: str) -> None:
    assert load(changed("title: Notice", f"title: {title}")).commitments[0].title == title


def test_tabs_name_the_line_and_the_column() -> None:
    found = fault(changed("    cite: cl. 1", "\tcite: cl. 1"))
    assert (found.code, found.line) == ("yaml", line(GOOD, "    cite: cl. 1"))
    assert re.search(r"line 15, column \d+", found.message)


def test_a_byte_order_mark_and_the_line_ends_of_another_system_change_nothing() -> None:
    for text in ("\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r")):
        assert load(text).digest == load(GOOD).digest
    assert load(terms.decoded(b"\xef\xbb\xbf" + GOOD.encode())).digest == load(GOOD).digest


@pytest.mark.parametrize(
    ("encoding", "hint"), [("utf-16", "UTF-16"), ("latin-1", "Latin-1"), ("cp1252", "Windows-1252"), ("utf-32", "UTF-16")]
)
def test_another_encoding_is_refused_with_the_place_and_a_guess(encoding: str, hint: str) -> None:
    with pytest.raises(Invalid) as refused:
        terms.decoded(changed("title: Notice", "title: Ülevaade").encode(encoding))
    (found,) = refused.value.faults
    assert (found.pointer, found.code) == ("", "encoding")
    assert hint in found.message
    assert "UTF-8" in found.message
    if encoding in ("latin-1", "cp1252"):
        assert "line 14, column 12" in found.message
        assert found.line == 14


def test_utf_16_without_its_mark_is_refused_for_its_zeros() -> None:
    found = fault(terms.decoded(GOOD.encode("utf-16-le")))
    assert "U+0000 at line 1, column 2" in found.message
    assert "UTF-16" in found.message


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\ud800", "\ufffe"], ids=ascii)
def test_a_character_that_yaml_does_not_know_names_its_line_and_column(mark: str) -> None:
    found = fault(changed("title: Notice", f"title: No{mark}tice"))
    assert f"U+{ord(mark):04X} at line 14, column 14" in found.message or f"U+{ord(mark):04X} (" in found.message
    assert "line 14, column 14" in found.message
    assert found.line == 14


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", "...", "--- \n...\n"])
def test_an_empty_file_says_what_a_document_has(text: str) -> None:
    found = fault(text)
    assert found.pointer == ""
    assert found.code in ("type", "null", "yaml")


def test_several_documents_are_refused_where_the_second_begins() -> None:
    found = fault(GOOD + "---\n" + GOOD)
    assert found.code == "yaml"
    assert found.line == GOOD.count("\n") + 1


def test_json_is_yaml() -> None:
    assert load(json.dumps(PLAIN)).digest == load(json.dumps(PLAIN, indent="\t").replace("\t", " ")).digest
    assert load(json.dumps(PLAIN, ensure_ascii=True)).digest == load(GOOD).digest


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "? " * 100_000,
        "a:\n" + "".join(f"{' ' * n}b:\n" for n in range(1, 600)),
        "!!map " * 40_000,
    ],
)
def test_what_is_nested_deeply_is_refused_where_it_becomes_too_deep(text: str) -> None:
    found = fault(text)
    assert found.code == "yaml"
    assert found.line


def test_a_very_long_line_is_read_or_refused_like_any_other() -> None:
    assert fault(changed("title: Notice", "title: " + "x" * 200_000)).pointer == "/commitments/0/title"
    assert load(changed("title: Notice", "title: Notice # " + "x" * 200_000)).digest == load(GOOD).digest
    found = fault("x" * 200_000 + ": 1")
    assert found.line == 1


def test_a_key_given_twice_is_named_with_the_line_of_the_second() -> None:
    text = changed("    within: {hours: 4}\n", "    within: {hours: 4}\n    title: Again\n")
    found = fault(text)
    assert (found.pointer, found.code, found.line) == ("/commitments/0/title", "duplicate", line(text, "    title: Again"))


def test_ten_thousand_repeated_keys_are_counted_and_not_all_listed() -> None:
    found = faults(GOOD + "title: x\n" * 9_000)
    assert len(found) == MAX_FAULTS + 1
    assert found[-1].message == "8500 more faults are not listed."


@pytest.mark.parametrize(
    "number",
    ["1e3", "0x10", "010", "0o10", "1_000", ".inf", "-.inf", ".nan", "1.5", "4.0", "+", "１２", "99999999999999999999", "0b11", "1:30"],
)
def test_a_number_that_other_readers_read_otherwise_is_refused_where_a_number_is_due(number: str) -> None:
    found = fault(changed("within: {hours: 4}", f"within: {{hours: {number}}}"))
    assert found.pointer == "/commitments/0/within/hours"
    assert "whole number from 1 to 8760" in found.message
    assert found.line == line(GOOD, "    within:")


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "10000-01-01",
        "2026-1-1",
        "01.02.2026",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00",
        "0001-01-01",
    ],
)
def test_a_date_that_is_none_or_out_of_range_is_refused(day: str) -> None:
    found = faults(changed("from: 2026-01-01", f"from: {day}"))
    assert {each.pointer for each in found} == {"/in_force/from"}
    assert found[0].line == 6


def test_a_fault_has_the_line_of_its_place_or_of_what_holds_it() -> None:
    text = changed("    cite: cl. 1\n", "").replace("channels: [webhook, email]", "channels: [webhook, fax]")
    found = {each.pointer: each.line for each in faults(text)}
    assert found == {"/commitments/0/cite": line(text, "  - id: notice"), "/commitments/0/tell/channels/1": line(text, "    tell:")}
