"""What the OpenAPI document says of a call, from the same values that the call is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

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
    "description": "The ETag of what the address names as you saw it; if it has changed since, nothing is done and the answer is 412.",
}  # fmt: skip
_REPLAYED = {"Idempotency-Replayed": {"description": "`true` on an answer that was given before.", "schema": {"enum": ["true"]}}}
_LINK = {"Link": {"description": '`<…>; rel="next"` where there is a next page.', "schema": {"type": "string"}}}
TAGGED = ("get_incident", "get_obligation", "get_notice")
_ETAG = {"ETag": {"description": "The version of what was read, for If-Match.", "schema": {"type": "string"}}}


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
    said: dict[str, Any] = {
        "operationId": call.__name__,
        "responses": _answers(answers, paged=query is not None and "cursor" in query._declared_fields, tagged=call.__name__ in TAGGED)
        | refusals(refuses),
        "parameters": parameters,
    }
    if takes is not None:
        said["requestBody"] = {"required": bool(takes.schema._declared_fields), "content": _content(takes)}
    call._apidoc = {"manual_doc": said}  # type: ignore[attr-defined]


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what follows from method and address: refusals that every such call may answer, and its key."""
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method == "parameters":
                continue
            changes = method in ("post", "put")
            codes = [*ALWAYS, *(WITH_BODY if changes else ()), *((404,) if "{" in path else ()), *((409,) if method == "post" else ())]
            operation["responses"] = dict(sorted((refusals(codes) | operation["responses"]).items()))
            operation["parameters"] = [*shared, *operation.get("parameters", []), *([_KEY] if method == "post" else [])]
            if method == "post":
                for answer in operation["responses"].values():
                    answer.setdefault("headers", {}).update(_REPLAYED if "application/json" in answer["content"] else {})
        operations.pop("parameters", None)
    for unused in ("ErrorBody", "PaginationMetadataBody"):  # of flask-smorest; ours are others
        document["components"]["schemas"].pop(unused, None)
    return document


def refusals(codes: Iterable[int]) -> dict[str, Any]:
    """The descriptions of these refusals, by status."""
    return {str(code): {"description": f"{title(code)}. {MEANING[code]}", "content": PROBLEM} for code in sorted(set(codes))}


def _answers(answers: Mapping[int, str | Mapping[str, Any]], *, paged: bool, tagged: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status, shape in answers.items():
        schema = {"$ref": f"#/components/schemas/{shape}"} if isinstance(shape, str) else dict(shape)
        headers = {**(_LINK if paged else {}), **(_ETAG if tagged and status == 200 else {})}
        made[str(status)] = {"description": _MEANS[status], "content": {"application/json": {"schema": schema}}, "headers": headers}
    return made


_MEANS = {200: "Done, or as it stands.", 201: "On record, and new."}


def _content(takes: Body) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": takes.schema}}
    if takes.yaml:
        content["application/yaml"] = {"schema": {"type": "string"}}
    return content
