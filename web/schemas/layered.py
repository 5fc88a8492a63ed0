"""What is answered about layers, described for the OpenAPI document. The values themselves come from `incident.layers`."""

from __future__ import annotations

from typing import Final

from incident.layers import CHANGES
from incident.rules.terms.composing import CODES, FROM_THE_GROUND
from web.schemas.answers import FLAG, MAYBE_AT, MAYBE_TEXT, TEXT, TEXTS, WHOLE, Shape, many, ref, whole, words

_LAYER = words(*FROM_THE_GROUND)
_ITS_DOCUMENT: Shape = {"name": TEXT, "version": TEXT, "title": TEXT, "digest": TEXT, "layer": _LAYER, "parties": TEXTS}
_NAMED: Shape = {"layer": _LAYER, "source": TEXT, "version": TEXT, "clause": TEXT, "cite": TEXT}
_YIELDED: Shape = {"by": ref("Source"), "under": TEXT, "between": TEXTS}
_RELAXED = whole({**_YIELDED, "from": MAYBE_TEXT, "to": MAYBE_TEXT, "sometimes": FLAG})
_WITNESS: Shape = {"type": ["object", "null"], "properties": {"start": MAYBE_AT, "than": MAYBE_AT, "clause": MAYBE_AT}}
_HOW: Shape = {"type": ["string", "null"], "enum": ["always", "sometimes", "never", None]}
_RULE: Shape = {
    "layer": _LAYER, "source": ref("Source"), "clause": TEXT, "title": TEXT, "state": words("in_force", "relaxed", "displaced"),
    "duty": TEXT, "within": MAYBE_TEXT, "relaxed": {"type": "array", "items": _RELAXED},
    "displaced": {"type": "array", "items": whole({**_YIELDED, "clause": TEXT})},
    "displaces": {"type": "array", "items": whole({"source": TEXT, "clause": TEXT})},
}  # fmt: skip
_PAIR: Shape = {
    "clause": whole(_NAMED), "than": whole(_NAMED), "stricter": _HOW, "later_too": FLAG, "same_start": FLAG, "because": TEXT,
    "supposing": MAYBE_TEXT, "earlier": _WITNESS, "later": _WITNESS, "says": TEXT,
}  # fmt: skip
_COUNTED: Shape = {
    "layer": _LAYER, "documents": many("LayeredDocument"), "sources": WHOLE, "clauses": WHOLE, "restrictions": WHOLE, "in_force": WHOLE,
    "relaxed": WHOLE, "displaced": WHOLE,
}  # fmt: skip
_FINDING: Shape = {
    "level": words("error", "warning"), "code": words(*CODES), "layer": _LAYER, "source": TEXT, "version": TEXT, "clause": MAYBE_TEXT,
    "cite": TEXT, "message": TEXT, "says": TEXT,
}  # fmt: skip
_CLOCK: Shape = {
    "change": words(*CHANGES), "source": TEXT, "clause": TEXT, "title": TEXT, "owed_by": TEXT, "owed_to": MAYBE_TEXT, "provisional": FLAG,
    "due_at": MAYBE_AT, "due_before": MAYBE_AT,
}  # fmt: skip
_WATCH = whole({"party": TEXT, "contact": TEXT, "when": words("night", "weekend")})
_BY_CHANGE = whole(dict.fromkeys(CHANGES, WHOLE))
_ANSWERS: Shape = {"type": "array", "items": whole({"name": TEXT, "about": TEXT})}
_CASE = whole({
    "reference": TEXT, "counts": _BY_CHANGE, "clocks": {"type": "array", "items": whole(_CLOCK)}, "recipients": TEXTS,
    "watches": {"type": "array", "items": _WATCH}})  # fmt: skip

LAYERED: Final[dict[str, Shape]] = {
    "LayeredDocument": whole(_ITS_DOCUMENT),
    "LayerFinding": whole(_FINDING, about="What a document asks of another layer and does not get."),
    "Composition": whole(
        {
            "agreement": ref("LayeredDocument"), "beside": many("LayeredDocument"),
            "layers": {"type": "array", "items": whole(_COUNTED)}, "rules": {"type": "array", "items": whole(_RULE)},
            "groups": {"type": "array", "items": whole({
                "duty": TEXT, "clauses": {"type": "array", "items": whole(_NAMED)}, "left_out": WHOLE,
                "pairs": {"type": "array", "items": whole(_PAIR)}})},
            "findings": many("LayerFinding"), "findings_left_out": WHOLE,
        },
        about="Layers from the ground up; of the laws, the duties that some clause is about too.",
    ),
    "Burden": whole(
        {
            "overlay": ref("LayeredDocument"), "base": many("LayeredDocument"), "clauses": WHOLE, "acknowledgements": WHOLE,
            "relaxed": WHOLE, "displaced": WHOLE, "clocks": _BY_CHANGE,
            "recipients": {"type": "array", "items": whole({"uri": TEXT, "name": TEXT})}, "answers": _ANSWERS, "reusable": _ANSWERS,
            "watches": {"type": "array", "items": _WATCH}, "cases": {"type": "array", "items": _CASE}, "findings": many("LayerFinding"),
            "says": TEXTS,
        },
        about="What an overlay adds: clocks are summed over the cases; recipients, answers and hours are each named once.",
    ),
}  # fmt: skip
