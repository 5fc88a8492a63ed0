"""Where each place of a document stands, and whatever is done to a good document: refused or an agreement, after bounded work."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.errors import Fault, Invalid
from incident.rules.terms import Agreement, line_of, lines, load
from tests.examples import examples
from tests.rules.spoilt_documents import GOOD, PLAIN, changed, line, places

DEMO = sorted((Path(__file__).parents[2] / "web" / "demo" / "agreements").glob("*.yaml"))


# Where something stands.


def test_every_place_has_its_line() -> None:
    found = lines(GOOD)
    assert found[""] == 1
    assert found["/parties/1"] == line(GOOD, "  - https://two.example")
    assert found["/commitments/0/when/all/1/not/fact"] == line(GOOD, "        - not:")
    assert found["/restrictions/0/only_to/0"] == line(GOOD, "    only_to")
    assert set(found) == set(places(PLAIN))
    assert line_of(found, "/commitments/0/extendable") == line(GOOD, "  - id: notice")
    assert line_of(found, "/nowhere/at/all") == 1
    assert line_of({}, "/name") is None


def test_a_key_with_a_slash_or_a_tilde_is_found() -> None:
    assert lines("name: 1\na/b~c: {x~y: 2}\n") == {"": 1, "/name": 1, "/a~1b~0c": 2, "/a~1b~0c/x~0y": 2}


def test_a_text_that_cannot_be_read_has_no_places() -> None:
    assert lines("a: [") == {}
    assert lines("") == {}
    assert lines("x: \x00") == {}


# Whatever is done to a good document.


def calls(text: str) -> tuple[Agreement | list[Fault], int]:
    """What it comes to, and how many calls of functions that took."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        return load(text), count
    except Invalid as refused:
        return refused.faults, count
    finally:
        sys.setprofile(before)


WORDS = [
    "",
    " ",
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "|\n",
    "&a ",
    "*a",
    "!!x ",
    "? ",
    "#",
    "\t",
    "\r\n",
    "\ufeff",
    "\u202e",
    "é",
    "\x00",
    "%",
    "@",
    "---\n",
    "<<: ",
    "~",
    "null",
    "true",
    "1e3",
    "0x10",
    "99999999999999999",
]
cuts = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(WORDS) | st.text(max_size=6))
swaps = st.tuples(st.integers(0, GOOD.count("\n")), st.integers(0, GOOD.count("\n")))


@settings(max_examples=examples(100), deadline=None)  # what is bounded is the work, counted
@given(st.lists(cuts, min_size=1, max_size=4), st.lists(swaps, max_size=2))
def test_a_good_document_spoilt_at_random_is_refused_by_faults_or_is_an_agreement_after_bounded_work(
    edits: list[tuple[int, int, str]], moved: list[tuple[int, int]]
) -> None:
    rows = GOOD.splitlines(keepends=True)
    for one, other in moved:
        a, b = one % len(rows), other % len(rows)
        rows[a], rows[b] = rows[b], rows[a]
    text = "".join(rows)
    for start, length, word in edits:
        text = text[:start] + word + text[start + length :]
    found, work = calls(text)
    assert isinstance(found, Agreement) or all(each.message and each.code for each in found)
    assert isinstance(found, Agreement) or found
    assert work < 600_000


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_a_document_cut_off_anywhere_is_refused_or_an_agreement(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for end in range(0, len(text), max(1, len(text) // 40)):
        found, _ = calls(text[:end])
        assert isinstance(found, Agreement) or (found and all(each.message for each in found))


@pytest.mark.parametrize(
    "many",
    [
        lambda n: GOOD + "".join(f"wrong{each}: 1\n" for each in range(n)),
        lambda n: GOOD + "title: x\n" * n,
        lambda n: changed("[high, critical]", "[" + ", ".join(f"w{each}" for each in range(n // 10)) + "]"),
        lambda n: GOOD + "x: [" + "[]," * n + "]\n",
        lambda n: GOOD + "x: " + "a" * n + "\n",
        lambda n: GOOD + "# \n" * n,
        lambda n: changed("        - {fact: severity, in: [high, critical]}\n", "        - any: [" + "{}," * (n // 10) + "]\n"),
    ],
)
def test_twice_as_much_takes_at_most_about_twice_the_work(many: Any) -> None:
    (_, small), (_, large) = calls(many(600)), calls(many(1200))
    assert large < 2.5 * small
