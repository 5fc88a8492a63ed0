"""Changes of one clause and of one article, each with what it is judged to be."""

from __future__ import annotations

import copy
import json
from typing import Any

from incident.rules.terms import Agreement, Change, diff, load

HASH = "sha256:" + "0" * 64
ONE: dict[str, Any] = {
    "name": "two-parties", "version": "1", "title": "Two parties", "zone": "Europe/Tallinn",
    "in_force": {"from": "2026-01-01", "until": "2026-12-31"},
    "parties": ["https://one.example/#party", "https://two.example/#party"],
    "commitments": [{
        "id": "plan", "title": "Mitigation plan", "cite": "cl. 4", "owed_by": {"role": "suppliers"}, "owed_to": {"role": "home_cert"},
        "owes": "a plan", "within": {"hours": 4}, "when": {"fact": "severity", "in": ["high", "critical"]}, "discharged_by": "submitted",
    }],
}  # fmt: skip


HERE = {"counting": {"zone": "Europe/Tallinn", "calendar": "EE:public"}}


def an_agreement(clause: dict[str, Any] | None = None, **document: Any) -> Agreement:
    """The one above with other words in its clause (None takes a key out) and in its head."""
    made = copy.deepcopy(ONE) | document
    if clause:
        said = {**made["commitments"][0], **clause}
        made["commitments"][0] = {key: value for key, value in said.items() if value is not None}
    return load(json.dumps(made))


def the_change(old: Agreement, new: Agreement) -> Change:
    (change,) = diff(old, new)
    return change


SEVERE = {"fact": "severity", "in": ["high", "critical"]}
ACKNOWLEDGED = {"acknowledge_within": {"hours": 4}}
CHASED = {**ACKNOWLEDGED, "ladder": [{"contact": "deputy", "before": {"hours": 1}}]}
NIGHTS = {"contact": "deputy", "days": ["mon"], "from": "18:00", "until": "08:00"}
STOPPED = {"kind": "pause", "ground": "injunction", "by": "owed_by", "most": {"hours": 2}, "cite": "cl. 8"}
MISSED = {"cure": {"hours": 4}, "cite": "cl. 9"}
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("who owes", {"owed_by": {"role": "suppliers"}}, {"owed_by": {"role": "suppliers", "mode": "any"}}, "weaker"),
    ("who owes", {"owed_by": {"role": "suppliers"}}, {"owed_by": {"role": "operator"}}, "different"),
    ("who is owed", {"owed_to": {"role": "affected_certs", "mode": "lead"}}, {"owed_to": {"role": "affected_certs"}}, "stronger"),
    ("condition", {}, {"when": None}, "stronger"),
    ("condition", {}, {"when": {"fact": "severity", "is": "critical"}}, "weaker"),
    ("condition", {}, {"when": {"fact": "severity", "is": "low"}}, "different"),
    ("condition", {}, {"when": {"any": [{"fact": "severity", "is": word} for word in ("critical", "high")]}}, "same"),
    ("start of the clock", {}, {"anchor": {"earliest": [{"filing": True}, {"fact": "aware_at"}]}}, "stronger"),
    ("start of the clock", {}, {"anchor": {"latest": [{"filing": True}, {"fact": "aware_at"}]}}, "different"),
    ("start of the clock", {}, {"anchor": {"fact": "aware_at"}}, "different"),
    ("period", {}, {"within": None}, "weaker"),
    ("period", {"within": {"business_days": 2}}, {"within": {"business_days": 2, "at": "17:00"}}, "stronger"),
    ("period", {}, {"within": {"business_days": 1}}, "weaker"),
    ("period", {}, {"within": {"business_days": 1, "at": "09:00"}}, "weaker"),
    ("period", {}, {"within": {"business_days": 1, "at": "07:00"}}, "different"),
    ("period", {"within": {"months": 1}}, {"within": {"days": 26}}, "stronger"),
    ("period", {"within": {"months": 1}}, {"within": {"days": 28}}, "different"),
    ("period", {}, {"within": {"business_days": 1}, **HERE}, "weaker"),
    ("zone and calendar", {"within": {"days": 2}}, {"within": {"days": 2}, "counting": {"zone": "Asia/Tokyo"}}, "different"),
    ("what ends the duty", {}, {"discharged_by": "confirmed"}, "stronger"),
    ("what ends the duty", {}, {"discharged_by": "acknowledged"}, "different"),
    ("what it must contain", {"must_contain": ["reference", "tlp"]}, {"must_contain": ["tlp"]}, "weaker"),
    ("notice", {}, {"tell": {"fields": ["tlp"]}}, "stronger"),
    ("what the notice tells", {"tell": {"fields": ["fact:cross_border"]}}, {"tell": {"fields": ["facts"]}}, "stronger"),
    ("release", {"tell": {"fields": ["tlp"], "release": "pre_authorised"}}, {"tell": {"fields": ["tlp"]}}, "weaker"),
    ("channels", {"tell": {"fields": ["tlp"]}}, {"tell": {"fields": ["tlp"], "channels": ["email"]}}, "different"),
    ("acknowledgement within", {"acknowledge_within": {"hours": 4}}, {"acknowledge_within": {"hours": 2}}, "stronger"),
    ("ladder", {"ladder": [{"contact": "deputy", "before": {"hours": 1}}]}, {"ladder": None}, "weaker"),
    ("ladder", CHASED, {**CHASED, "ladder_again": {"times": 2, "every": {"hours": 3}}}, "stronger"),
    ("silence after acknowledging", CHASED, {**CHASED, "silent_after": {"hours": 4}}, "stronger"),
    ("silence after acknowledging", {**CHASED, "silent_after": {"hours": 4}}, {**CHASED, "silent_after": {"hours": 8}}, "weaker"),
    ("highest TLP label", {"handling": {"max_tlp": "GREEN"}}, {"handling": {"max_tlp": "AMBER"}}, "stronger"),
    ("what is held back", {"handling": {"withhold": ["summary"]}}, {"handling": {"withhold": ["summary", "facts"]}}, "weaker"),
    ("where the full notice may go", {"handling": {"residency": ["EE"]}}, {"handling": {"residency": ["EE", "NO"]}}, "stronger"),
    ("where the full notice may go", {}, {"handling": {"residency": ["EE"]}}, "weaker"),
    (
        "who owes",
        {"owed_by": {"role": "party", "party": ONE["parties"][0]}},
        {"owed_by": {"role": "party", "party": ONE["parties"][1]}},
        "different",
    ),
    ("repetition", {}, {"repeat": {"every": "fact"}}, "stronger"),
    ("repetition", {"repeat": {"every": "submission"}}, {"repeat": {"every": "submission", "until": SEVERE}}, "weaker"),
    (
        "repetition",
        {"repeat": {"every": "submission", "until": {"fact": "severity", "is": "high"}}},
        {"repeat": {"every": "submission", "until": SEVERE}},
        "weaker",
    ),
    ("repetition", {"repeat": {"every": "submission"}}, {"repeat": {"every": "fact"}}, "different"),
    ("who acknowledges", ACKNOWLEDGED, {"acknowledged_by": "first"}, "weaker"),
    ("on call", {}, {"on_call": [NIGHTS]}, "different"),
    ("on call", {"on_call": [NIGHTS]}, {"on_call": [{**NIGHTS, "until": "00:00"}, {**NIGHTS, "from": "00:00", "days": ["tue"]}]}, "same"),
    (
        "what goes to https://one.example/#party",
        {},
        {"handling": {"recipients": [{"to": [ONE["parties"][0]], "max_tlp": "GREEN"}]}},
        "weaker",
    ),
    ("where the summary may go", {}, {"handling": {"fields": [{"fields": ["summary"], "residency": ["EE"]}]}}, "weaker"),
    (
        "where the summary may go",
        {"handling": {"fields": [{"fields": ["summary"], "residency": ["EE"], "max_tlp": "GREEN"}]}},
        {"handling": {"fields": [{"fields": ["summary"], "residency": ["EE", "NO"], "max_tlp": "GREEN"}]}},
        "stronger",
    ),
    ("who may extend", {"extendable": "cl. 9"}, {"extension": {"by": "both"}}, "weaker"),
    ("grounds of an extension", {"extendable": "cl. 9"}, {"extension": {"grounds": ["injunction"]}}, "stronger"),
    ("longest extension", {"extendable": "cl. 9", "extension": {"most": {"hours": 4}}}, {"extension": {"most": {"hours": 8}}}, "weaker"),
    ("stopping the clock on the ground of injunction", {}, {"excuses": [STOPPED]}, "weaker"),
    ("stopping the clock on the ground of injunction", {"excuses": [STOPPED]}, {"excuses": [{**STOPPED, "most": {"hours": 3}}]}, "weaker"),
    ("stopping the clock on the ground of injunction", {"excuses": [STOPPED]}, {"excuses": [{**STOPPED, "by": "both"}]}, "weaker"),
    ("cure of a miss", {"on_miss": MISSED}, {"on_miss": {**MISSED, "cure": {"hours": 9}}}, "weaker"),
    ("notice of breach after a miss", {"on_miss": MISSED}, {"on_miss": {**MISSED, "notice_of_breach": {"hours": 9}}}, "stronger"),
    ("review after a miss", {"on_miss": MISSED}, {"on_miss": {**MISSED, "review": {"hours": 9}}}, "stronger"),
    ("duty that it is about", {}, {"duty": "eu.gdpr.art33.notification"}, "same"),
    ("relaxation by a layer above", {}, {"relaxable": {"by": ["national"], "cite": "cl. 9"}}, "weaker"),
    (
        "relaxation by a layer above",
        {"relaxable": {"by": ["national"], "cite": "cl. 9"}},
        {"relaxable": {"by": ["national"], "cite": "cl. 9", "most": {"hours": 9}}},
        "stronger",
    ),
    (
        "displacement by a layer above",
        {"displaceable": {"by": ["national"], "cite": "cl. 9"}},
        {"displaceable": {"by": ["national", "sector"], "cite": "cl. 9"}},
        "weaker",
    ),
    ("extension", {}, {"extendable": "cl. 9"}, "weaker"),
    ("waiver", {"waivable": "cl. 9"}, {"waivable": None}, "stronger"),
    ("what is owed", {}, {"owes": "another plan"}, "different"),
    ("title", {}, {"title": "Plan"}, "same"),
    ("place in the text", {}, {"cite": "cl. 5"}, "same"),
]
MIRRORED = {"stronger": "weaker", "weaker": "stronger", "different": "different", "same": "same"}
INCLUDED = {"agreement": "base", "version": "1", "digest": HASH, "cite": "cl. 1"}
MORE = {"of": {"agreement": "base", "clause": "plan"}, "within": {"hours": 48}, "cite": "cl. 2"}
STAYS = {"id": "stays", "title": "Stays", "cite": "cl. 4", "fields": ["summary"], "only_to": ["EE"]}
GROUP = {"name": "certs", "members": ONE["parties"][:1]}
SURVIVES = {"clauses": ["plan"], "cite": "cl. 6"}
COPIED = {
    "of": "A treaty", "text_digest": HASH, "source": "A depositary", "certified_by": "An officer",
    "certified_on": "2026-01-01", "parties": [{"party": ONE["parties"][0], "signed_on": "2026-01-01"}],
}  # fmt: skip
RESERVED = {"clauses": ["plan"], "text": "No."}
ARTICLES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("layer", {}, {"layer": "national"}, "different"),
    ("baseline", {}, {"includes": [INCLUDED]}, "different"),
    ("baseline", {"includes": [INCLUDED]}, {"includes": [{**INCLUDED, "version": "2"}]}, "different"),
    ("baseline", {"includes": [INCLUDED]}, {"includes": [{**INCLUDED, "cite": "cl. 2"}]}, "same"),
    ("more time", {}, {"relaxations": [MORE]}, "weaker"),
    ("more time", {"relaxations": [MORE]}, {"relaxations": [{**MORE, "within": {"hours": 99}}]}, "weaker"),
    ("more time", {"relaxations": [MORE]}, {"relaxations": [{**MORE, "when": SEVERE}]}, "stronger"),
    ("clause in the place of another", {}, {"displacements": [{"of": MORE["of"], "by": "plan", "cite": "cl. 3"}]}, "different"),
    ("what must stay", {}, {"restrictions": [STAYS]}, "stronger"),
    ("what must stay", {"restrictions": [STAYS]}, {"restrictions": [{**STAYS, "only_to": ["EE", "NO"]}]}, "weaker"),
    ("what must stay", {"restrictions": [STAYS]}, {"restrictions": [{**STAYS, "fields": ["summary", "facts"]}]}, "stronger"),
    ("what must stay", {"restrictions": [STAYS]}, {"restrictions": [{**STAYS, "when": SEVERE}]}, "weaker"),
    ("members", {"groups": [GROUP]}, {"groups": [{**GROUP, "members": ONE["parties"]}]}, "different"),
    ("keys of https://one.example/#party", {}, {"keys": [{"party": ONE["parties"][0], "fingerprints": [HASH]}]}, "different"),
    ("suspension", {}, {"suspension": {"cite": "cl. 5"}}, "weaker"),
    ("exit", {"exit": {"cite": "cl. 5"}}, {"exit": {"cite": "cl. 5", "notice": {"months": 3}}}, "stronger"),
    ("exit", {"exit": {"cite": "cl. 5", "notice": {"days": 3}}}, {"exit": {"cite": "cl. 5", "notice": {"months": 3}}}, "stronger"),
    ("what binds beyond the end", {}, {"survival": SURVIVES}, "stronger"),
    ("what binds beyond the end", {"survival": SURVIVES}, {"survival": {**SURVIVES, "within": {"months": 3}}}, "weaker"),
    ("what binds beyond the end", {"survival": {**SURVIVES, "within": {"months": 3}}}, {"survival": {**SURVIVES, "within": {"months": 6}}},
     "stronger"),
    ("authentic languages", {"languages": {"authentic": ["en"]}}, {"languages": {"authentic": ["en", "fr"]}}, "different"),
    ("text that prevails", {"languages": {"authentic": ["en", "fr"]}},
     {"languages": {"authentic": ["en", "fr"], "prevails": "fr"}}, "different"),
    ("who certified it", {"transcription": COPIED}, {"transcription": {**COPIED, "certified_by": "Another"}}, "different"),
    ("acts of https://one.example/#party", {"transcription": COPIED},
     {"transcription": {**COPIED, "parties": [{"party": ONE["parties"][0], "signed_on": "2026-02-02"}]}}, "different"),
    ("acts of https://one.example/#party", {"transcription": COPIED},
     {"transcription": {**COPIED, "parties": [{"party": ONE["parties"][0], "reservations": [RESERVED]}]}}, "different"),
]  # fmt: skip
