"""What the OpenAPI document says of a call, from the same values that the call is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask_smorest import Blueprint

from web.problems import MEANING, title
from web.schemas.reading import Strict

if TYPE_CHECKING:
    from web.views.api.calling import Body

ALWAYS = (401, 422, 500, 503)
WITH_BODY = (400, 413, 415)
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_KEY = {
    "in": "header", "name": "Idempotency-Key", "required": False, "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "The same key and body again gets the stored answer and has no further effect; another body is refused with 409.",
}  # fmt: skip
_IF_MATCH = {
    "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"},
    "description": "The ETag of the incident as you saw it; if it has changed since, nothing is done and the answer is 412.",
}  # fmt: skip
_REPLAYED = {"Idempotency-Replayed": {"description": "`true` on an answer that was given before.", "schema": {"enum": ["true"]}}}
_LINK = {"Link": {"description": '`<…>; rel="next"` where there is a next page.', "schema": {"type": "string"}}}
_ETAG = {"ETag": {"description": "The version of the incident, for If-Match.", "schema": {"type": "string"}}}


def described(
    call: Callable[..., Any], *, answers: Mapping[int, str | Mapping[str, Any]], takes: Body | None, query: type[Strict] | None,
    refuses: Iterable[int], if_match: bool,
) -> None:  # fmt: skip
    """Note on `call` what flask-smorest puts into the document when the call is given a route."""
    parameters: list[dict[str, Any]] = []
    if query is not None:
        parameters.append({"in": "query", "schema": query})
    if if_match:
        parameters.append(_IF_MATCH)
    said = {"responses": _answers(answers, paged=query is not None) | refusals(refuses), "parameters": parameters}
    if takes is not None:
        said["requestBody"] = {"required": bool(takes.schema._declared_fields), "content": _content(takes)}
    Blueprint.doc(**said)(call)


def posted(operation: dict[str, Any]) -> None:
    """Complete the description of a POST, which takes an Idempotency-Key and a body that can be unreadable."""
    operation.setdefault("parameters", []).append(_KEY)
    operation["responses"] |= refusals(("409",))


def refusals(codes: Iterable[int | str], *, always: bool = False) -> dict[str, Any]:
    """The descriptions of these refusals, and of those that every call may answer."""
    wanted = sorted({*map(int, codes), *(ALWAYS if always else ())})
    return {str(code): {"description": f"{title(code)}. {MEANING[code]}", "content": PROBLEM} for code in wanted}


def _answers(answers: Mapping[int, str | Mapping[str, Any]], *, paged: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status, shape in answers.items():
        schema = {"$ref": f"#/components/schemas/{shape}"} if isinstance(shape, str) else dict(shape)
        headers = {**_REPLAYED, **(_LINK if paged else {}), **(_ETAG if shape == "Case" else {})}
        made[str(status)] = {"description": _MEANS[status], "content": {"application/json": {"schema": schema}}, "headers": headers}
    return made


_MEANS = {200: "Done, or as it stands.", 201: "On record, and new."}


def _content(takes: Body) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": takes.schema}}
    if takes.yaml:
        content["application/yaml"] = {"schema": {"type": "string"}}
    return content
