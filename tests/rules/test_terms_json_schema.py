"""The published JSON Schema and the loader: what the one forbids the other refuses, and what is accepted is valid."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from incident.errors import Invalid
from incident.rules.terms import json_schema, load, schema, source
from tests.examples import ALL
from tests.rules.diff_cases import ONE
from tests.rules.json_schema_walker import fits

ROOT = Path(__file__).parents[2]
DEMO = sorted((ROOT / "web" / "demo" / "agreements").glob("*.yaml"))
PUBLISHED = json_schema()
SHAPE = schema.DocumentSchema()
HASH = "sha256:" + "0a" * 32
FULL: dict[str, Any] = copy.deepcopy(ONE) | {
    "format": "agreement/1",
    "planning_targets": [{"for": "eu.gdpr.art33.authority", "within": {"business_days": 1, "at": "12:00"}, "cite": "B"}],
    "layer": "national",
    "groups": [{"name": "certs", "members": ONE["parties"]}],
    "keys": [{"party": ONE["parties"][0], "fingerprints": [HASH]}],
    "includes": [
        {"regime": "eu.nis2.art23", "version": "2022/2555", "cite": "cl. 1"},
        {"agreement": "base", "version": "1", "digest": HASH, "cite": "cl. 1"},
    ],
    "relaxations": [
        {"of": {"duty": "eu.gdpr.art33.authority"}, "within": {"business_days": 2, "calendar": "EE:public"}, "cite": "cl. 2",
         "when": {"fact": "severity", "is": "low"}},
        {"of": {"agreement": "base", "clause": "plan"}, "within": {"hours": 9}, "cite": "cl. 2"},
    ],
    "displacements": [{"of": {"agreement": "base", "clause": "plan"}, "by": "plan", "cite": "cl. 3"}],
    "restrictions": [{"id": "stays", "title": "Stays", "cite": "cl. 4", "when": {"fact": "tlp", "is": "RED"}, "fields": ["summary"],
                      "only_to": ["NO"]}],
    "suspension": {"notice": {"days": 3}, "cite": "cl. 5"},
    "exit": {"notice": {"months": 3}, "cite": "cl. 5"},
    "survival": {"clauses": ["plan"], "within": {"months": 6}, "cite": "cl. 6"},
    "languages": {"authentic": ["en", "pt-BR"], "prevails": "en", "cite": "cl. 7"},
    "transcription": {
        "of": "A treaty", "text_digest": HASH, "source": "A depositary", "certified_by": "An officer", "certified_on": "2026-01-01",
        "parties": [{"party": ONE["parties"][0], "signed_on": "2025-01-01", "in_force_from": "2026-01-01", "provisional_from": "2025-06-01",
                     "exit_on": "2027-01-01", "reservations": [{"clauses": ["plan"], "text": "Not accepted."}]}],
    },
}  # fmt: skip
FULL["commitments"][0] |= {
    "owed_to": {"role": "authority", "competence": "nis2.csirt", "mode": "each"},
    "when": {"all": [
        {"any": [{"fact": "severity", "in": ["high", "low"]}, {"fact": "tlp", "is": "RED"}]},
        {"not": {"fact": "cross_border", "known": False, "of": "filer"}},
        {"fact": "affected_individuals", "at_least": 5}, {"fact": "affected_individuals", "at_most": 50},
        {"fact": "affected_countries", "includes": ["NO"]},
    ]},
    "anchor": {"latest": [{"fact": "aware_at", "of": "owed_to"}, {"after": "plan"}, {"delivery": "plan"}, {"filing": True}]},
    "within": {"business_days": 2, "at": "17:30", "calendar": "EE:public"}, "counting": {"zone": "owed_to"},
    "must_contain": ["tlp"], "tell": {"fields": ["tlp", "fact:cross_border"], "release": "officer", "channels": ["email"]},
    "acknowledge_within": {"minutes": 9}, "ladder": [{"contact": "deputy", "before": {"hours": 1}}],
    "handling": {"max_tlp": "GREEN", "withhold": ["facts"], "residency": ["NO"]}, "extendable": "cl. 8", "waivable": "cl. 9",
    "acknowledged_by": "first", "repeat": {"every": "submission", "until": {"fact": "severity", "is": "low"}},
    "on_call": [{"contact": "deputy", "zone": "owed_to", "days": ["mon", "sun"], "from": "08:00", "until": "07:30"}],
    "extension": {"by": "both", "grounds": ["injunction"], "most": {"days": 2}},
    "excuses": [{"kind": "pause", "ground": "force_majeure", "by": "owed_by", "most": {"hours": 2}, "cite": "cl. 8"}],
    "on_miss": {"notice_of_breach": {"hours": 1}, "cure": {"business_days": 1, "at": "12:00"}, "review": {"days": 9}, "cite": "cl. 9"},
    "duty": "eu.gdpr.art33.authority", "relaxable": {"by": ["national"], "most": {"hours": 9}, "cite": "cl. 9"},
    "displaceable": {"by": ["sector"], "cite": "cl. 9"},
}  # fmt: skip
FULL["commitments"][0]["handling"] |= {
    "fields": [{"fields": ["summary"], "max_tlp": "GREEN", "residency": ["EE"]}],
    "recipients": [{"to": ["certs", ONE["parties"][0]], "max_tlp": "GREEN", "withhold": ["summary"]}],
}  # fmt: skip
FULL["commitments"].append({**ONE["commitments"][0], "id": "told", "owed_by": {"role": "group", "group": "certs", "mode": "any"},
                            "owed_to": {"role": "party", "party": ONE["parties"][0]}})  # fmt: skip
OTHERS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    10**9,
    "",
    " ",
    "x",
    "owed_to",
    "NO",
    "17:30",
    "a" * 500,
    [],
    ["x"],
    ["x", "x"],
    [{}],
    {},
    {"x": 1},
]


def documents() -> Iterator[Any]:
    yield from (source.read(path.read_text(encoding="utf-8")) for path in DEMO)
    example = re.search(r"```yaml\n(.*?)```", (ROOT / "docs" / "agreements.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    yield source.read(example[1])
    yield FULL


def accepted(document: Any) -> bool:
    """By the very schema that `load` checks with, made once: there are a thousand documents to check."""
    return isinstance(document, dict) and not SHAPE.validate(document)


def valid(document: Any) -> bool:
    return fits(PUBLISHED, PUBLISHED, document)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document, outermost first."""
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from paths(each, (*here, key))


def changed(document: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy in which `change(holder, key)` was applied to what is at `path`."""
    whole = [copy.deepcopy(document)]
    holder: Any = whole
    for key in (0, *path)[:-1]:
        holder = holder[key]
    change(holder, (0, *path)[-1])
    return whole[0]


def mutants(document: Any) -> Iterator[tuple[str, Any]]:
    for path in paths(document):
        for other in OTHERS:
            yield f"{path} = {other!r}", changed(document, path, lambda holder, key: holder.__setitem__(key, other))  # noqa: B023
        if path:
            yield f"without {path}", changed(document, path, lambda holder, key: holder.pop(key))
        yield f"{path} twice or more", changed(document, path, _grown)


def _grown(holder: Any, key: Any) -> None:
    if isinstance(holder[key], dict):
        holder[key]["surprise"] = 1
    elif isinstance(holder[key], list):
        holder[key].append(holder[key][0])


@pytest.mark.parametrize("document", list(documents()))
def test_what_is_accepted_is_valid(document: Any) -> None:
    assert accepted(document)
    assert valid(document)


def test_what_the_schema_forbids_is_refused_and_of_what_is_refused_it_forbids_nearly_all() -> None:
    """The second so that it is worth publishing: what it lets pass needs more than structure."""
    forbidden, let_pass = 0, []
    for name, mutant in islice(mutants(FULL), 0, None, 1 if ALL else 5):
        refused = not accepted(mutant)
        if not valid(mutant):
            forbidden += 1
            assert refused, name
        elif refused:
            let_pass.append(name)
    assert forbidden > (1000 if ALL else 200)
    assert len(let_pass) < forbidden / 30, let_pass


def test_a_document_with_a_forbidden_key_is_refused_by_the_loader_itself() -> None:
    with pytest.raises(Invalid) as refused:
        load(json.dumps(FULL | {"surprise": 1}))
    assert [each.pointer for each in refused.value.faults] == ["/surprise"]


@pytest.mark.parametrize("path", list(paths(FULL)), ids=str)
def test_every_map_refuses_an_unknown_key_and_nothing_may_be_empty(path: tuple[Any, ...]) -> None:
    value: Any = FULL
    for key in path:
        value = value[key]
    if isinstance(value, dict):
        assert not valid(changed(FULL, path, _grown))
    assert not valid(changed(FULL, path, lambda holder, key: holder.__setitem__(key, None)))


def test_the_schema_is_plain_json_and_names_its_dialect() -> None:
    assert json.loads(json.dumps(PUBLISHED)) == PUBLISHED
    assert PUBLISHED["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(PUBLISHED))) == set(PUBLISHED["$defs"])
