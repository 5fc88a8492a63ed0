"""Documents that nobody wrote with care, by chance."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

NAMES = ("aa", "bb", "cc", "dd")
FIELDS = ("reference", "tlp", "summary", "system", "facts", "fact:personal_data_breach", "fact:nonsense", "duties", "affected_countries")


def some(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*strategies)


words = st.sampled_from
spans = some(
    *(st.builds(lambda n, unit=unit: {unit: n}, st.integers(1, 40)) for unit in ("minutes", "hours", "days", "months", "business_days")),
    st.just({"business_days": 2, "calendar": "EU:institution"}),
    st.just({"business_days": 2, "calendar": "QQ:public"}),
)
plain = some(*(st.builds(lambda n, unit=unit: {unit: n}, st.integers(1, 40)) for unit in ("minutes", "hours", "days", "business_days")))
URIS = tuple(f"https://p{number}.example/#party" for number in range(4))
STRANGER = "https://stranger.example/#party"
HASH = "sha256:" + "0" * 64
parties = some(
    words(("certs", "others")).map(lambda name: {"role": "group", "group": name}),
    words((*URIS[:2], STRANGER)).map(lambda uri: {"role": "party", "party": uri}),
    words(("operator", "suppliers", "filer", "home_cert", "affected_certs", "any_party")).map(lambda role: {"role": role}),
    words(("authority", "home_authority", "competent")).map(lambda role: {"role": role, "competence": "x.y"}),
)
tests = some(
    words(("low", "high", "hihg")).map(lambda word: {"fact": "severity", "is": word}),
    words(("GREEN", "AMBER", "RED")).map(lambda word: {"fact": "tlp", "is": word}),
    words(("EE", "FR", "QQ")).map(lambda word: {"fact": "jurisdiction", "of": "owed_by", "in": [word]}),
    words(("EE", "FR")).map(lambda word: {"fact": "affected_countries", "includes": [word]}),
    words((True, False)).map(lambda known: {"fact": "aware_at", "known": known}),
    st.integers(0, 5).map(lambda n: {"fact": "affected_individuals", "at_least": n}),
    words(("x", True, 3)).map(lambda value: {"fact": "nonsense", "is": value, "of": "filer"}),
)
conditions = st.recursive(
    tests,
    lambda inner: some(
        st.lists(inner, min_size=1, max_size=3, unique_by=json.dumps).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=2, unique_by=json.dumps).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
single = some(
    st.just({"filing": True}),
    words((*NAMES, "z")).map(lambda name: {"after": name}),
    words((*NAMES, "z")).map(lambda name: {"delivery": name}),
    words(("aware_at", "personal_data_breach", "nonsense")).map(lambda name: {"fact": name, "of": "operator"}),
)
anchors = some(single, st.lists(single, min_size=1, max_size=2, unique_by=json.dumps).map(lambda several: {"latest": several}))
rungs = st.builds(
    lambda who, n: {"contact": who, "before": {"minutes": n}}, words(("duty_desk", "deputy", "manager")), st.integers(-5, 900)
)
fields = st.lists(words(FIELDS), min_size=1, max_size=4, unique=True)


kinds = words(("injunction", "force_majeure", "other"))
sides = words(("owed_by", "owed_to", "both"))
windows = st.builds(
    lambda who, days, since, until, where: {"contact": who, "days": days, "from": since, "until": until, "zone": where},
    words(("duty_desk", "deputy")), st.lists(words(("mon", "tue", "sat", "sun")), min_size=1, max_size=4, unique=True),
    words(("00:00", "08:00", "18:00")), words(("00:00", "08:00", "23:59")), words(("owed_to", "owed_by", "Asia/Tokyo", "UTC")),
)  # fmt: skip
yields = st.builds(
    lambda by, most: {"by": [by], "cite": "cl. 9", **({"most": most} if most else {})},
    words(("multilateral", "bilateral", "national", "sector")), st.none() | plain,
)  # fmt: skip
excuses = st.builds(
    lambda kind, ground, by, most: {"kind": kind, "ground": ground, "by": by, "cite": "cl. 8", **({"most": most} if most else {})},
    words(("pause", "excuse")), kinds, sides, st.none() | plain,
)  # fmt: skip
RARE: dict[str, st.SearchStrategy[Any]] = {
    "acknowledged_by": words(("each", "first")),
    "ladder_again": st.builds(lambda times, hours: {"times": times, "every": {"hours": hours}}, st.integers(1, 3), st.integers(1, 3)),
    "silent_after": st.integers(1, 90).map(lambda minutes: {"minutes": minutes}),
    "repeat": some(st.just({"every": "fact"}), conditions.map(lambda until: {"every": "submission", "until": until})),
    "on_call": st.lists(windows, min_size=1, max_size=3, unique_by=json.dumps),
    "extension": st.builds(lambda by, ground, most: {"by": by, "grounds": [ground], "most": most}, sides, kinds, plain),
    "excuses": st.lists(excuses, min_size=1, max_size=2, unique_by=json.dumps),
    "on_miss": st.builds(lambda cure, review: {"cure": cure, "review": review, "cite": "cl. 7"}, plain, plain),
    "duty": words(("x.law", "x.hours", "x.nothing")),
    "relaxable": yields,
    "displaceable": yields,
    "handling": fields.map(lambda names: {
        "fields": [{"fields": names, "max_tlp": "GREEN", "residency": ["EE"]}],
        "recipients": [{"to": ["certs", STRANGER], "max_tlp": "GREEN", "withhold": names}],
    }),
}  # fmt: skip
references = some(
    words(("x.law", "x.hours", "x.nothing")).map(lambda name: {"duty": name}),
    words(("any", "base")).map(lambda name: {"agreement": name, "clause": "aa"}),
)
endings = some(st.just({"cite": "cl. 6"}), plain.map(lambda notice: {"cite": "cl. 6", "notice": notice}))
ARTICLES: dict[str, st.SearchStrategy[Any]] = {
    "layer": words(("baseline", "multilateral", "bilateral", "national", "sector")),
    "keys": st.just([{"party": URIS[0], "fingerprints": [HASH]}, {"party": URIS[1], "fingerprints": [HASH]}]),
    "includes": words(("x.regime", "x.other")).map(lambda name: [
        {"regime": name, "version": "2", "cite": "cl. 1"}, {"agreement": "base", "version": "1", "digest": HASH, "cite": "cl. 1"},
    ]),
    "relaxations": st.lists(
        st.builds(lambda of, within, when: {"of": of, "within": within, "when": when, "cite": "cl. 2"}, references, plain, conditions),
        min_size=1, max_size=2, unique_by=json.dumps,
    ),
    "displacements": references.map(lambda of: [{"of": of, "by": "aa", "cite": "cl. 3"}]),
    "restrictions": st.builds(
        lambda names, when: [{"id": "stays", "title": "S", "cite": "cl. 4", "fields": names, "only_to": ["EE"], "when": when}],
        fields, conditions,
    ),
    "suspension": endings,
    "exit": endings,
    "survival": endings.map(lambda each: {"clauses": ["aa"], "cite": "cl. 6", **({"within": each["notice"]} if "notice" in each else {})}),
    "languages": words(({"authentic": ["en"]}, {"authentic": ["en", "fr"], "prevails": "fr"})),
    "transcription": words(("aa",)).map(lambda name: {
        "of": "T", "text_digest": HASH, "source": "S", "certified_by": "C", "certified_on": "2026-01-01",
        "parties": [{"party": URIS[0], "signed_on": "2025-01-01", "reservations": [{"clauses": [name], "text": "No."}]}],
    }),
}  # fmt: skip


@st.composite
def clauses(draw: st.DrawFn, name: str) -> dict[str, Any]:
    clause: dict[str, Any] = {"id": name, "title": "T", "cite": "cl. 1", "owes": draw(words(("it", "that")))}
    clause |= {"owed_by": draw(parties), "owed_to": draw(parties)}
    clause["discharged_by"] = draw(words(("sent", "received", "acknowledged", "submitted", "confirmed")))
    optional = {
        "when": conditions, "anchor": anchors, "within": spans, "acknowledge_within": plain, "must_contain": fields,
        "ladder": st.lists(rungs, min_size=1, max_size=3, unique_by=json.dumps), "extendable": st.just("cl. 9"),
        "tell": st.builds(lambda told, how: {"fields": told, "release": how}, fields, words(("pre_authorised", "officer"))),
        "handling": st.builds(lambda held, top: {"withhold": held, "max_tlp": top, "residency": ["EE"]}, fields, words(("GREEN", "RED"))),
        "counting": words(("EST", "Europe/Tallinn", "owed_by")).map(lambda zone: {"zone": zone}),
    }  # fmt: skip
    for key, made in optional.items():
        if draw(st.booleans()):
            clause[key] = draw(made)
    for key, made in RARE.items():
        if draw(st.integers(0, 4)) == 0:
            clause[key] = draw(made)
    if "acknowledge_within" not in clause:
        clause.pop("acknowledged_by", None)
        clause.pop("silent_after", None)
    if "ladder" not in clause:
        clause.pop("ladder_again", None)
        clause.pop("silent_after", None)
    if "extendable" not in clause:
        clause.pop("extension", None)
    return clause


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"name": "any", "version": "1", "title": "Any", "zone": draw(words(("UTC", "CET", "Asia/Tokyo")))}
    document["in_force"] = draw(words(({"from": "2026-01-01"}, {"from": "2026-01-01", "until": "2026-01-20"})))
    document["parties"] = [f"https://p{n}.example/#party" for n in range(draw(st.integers(2, 6)))]
    document["commitments"] = [draw(clauses(name)) for name in NAMES[: draw(st.integers(1, 4))]]
    if draw(st.booleans()):
        name = draw(words(("aa", "nobody.has.this", "x.law")))
        document["planning_targets"] = [{"for": name, "within": draw(plain), "cite": "B"}]
    members = draw(words(([URIS[0]], [*URIS[:2], STRANGER])))
    document["groups"] = [{"name": "certs", "members": members}, {"name": "others", "members": [STRANGER]}]
    for key, made in ARTICLES.items():
        if draw(st.integers(0, 4)) == 0:
            document[key] = draw(made)
    if draw(st.integers(0, 9)) == 0 and ("relaxations" in document or "restrictions" in document):
        for key in ("commitments", "displacements", "survival", "transcription"):
            document.pop(key, None)
    return document
