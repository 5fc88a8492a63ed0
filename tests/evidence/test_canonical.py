"""One byte form for one value: ours is that of RFC 8785 wherever ours has one."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from incident.canonical import canonical, digest
from incident.rules.proof import leaf_bytes

SAFE = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.uuids(), st.uuids(), st.integers(1, SAFE), TEXT, TEXT, TEXT, st.binary(min_size=32, max_size=32))
def test_the_bytes_of_a_leaf_are_those_of_rfc_8785(
    id_: uuid.UUID, stream: uuid.UUID, seq: int, kind: str, at: str, actor: str, commitment: bytes
) -> None:
    leaf = leaf_bytes(id=str(id_), stream=str(stream), seq=seq, kind=kind, at=at, actor=actor, commitment=commitment)
    same = {"id": str(id_), "stream": str(stream), "seq": seq, "kind": kind, "at": at, "actor": actor, "commitment": commitment.hex()}
    assert leaf == rfc8785.dumps(same)


def test_every_character_is_written_as_rfc_8785_says() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    assert canonical(every) == rfc8785.dumps(every)
    assert canonical({every[:200]: [every[:200]]}) == rfc8785.dumps({every[:200]: [every[:200]]})


def test_keys_are_sorted_by_utf_16_units() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, b"x", {1, 2}, object()])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(value)


@pytest.mark.parametrize("value", [SAFE + 1, -SAFE - 1, [2**64]])
def test_integers_that_readers_would_round_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="rounded by JSON readers"):
        canonical(value)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError):
        canonical("\ud800")


def test_equal_instants_have_one_digest_whatever_their_zone() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    there = datetime.fromisoformat("2026-11-23T17:30:00+05:30")
    assert digest({"at": noon}) == digest({"at": there}) == digest({"at": "2026-11-23T12:00:00.000000Z"})


def test_the_proof_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import incident.rules.proof\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["incident"]
