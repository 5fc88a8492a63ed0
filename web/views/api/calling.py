"""What every call of the API has in common: who calls, what was sent, one unit of work, and once-only under a key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol
from uuid import UUID

import orjson
from flask import Response, request
from marshmallow import Schema

from incident import board
from incident.canonical import digest
from incident.errors import Fault, Invalid
from incident.rules import terms
from incident.work import Work
from web import door
from web.problems import Malformed, Stale, WrongType
from web.schemas.acts import NothingSchema
from web.schemas.queries import NoQuery, load_query
from web.schemas.reading import Strict, load, read_json, understood
from web.views.api.describing import described

Json = dict[str, Any]
Whole = Mapping[str, Any] | Sequence[Any]
Headers = dict[str, str]
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers, when it is more than a body with 200. A `replayed` answer was given before and did nothing now."""

    body: Whole
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


class Version(Protocol):
    """How the state of something is named, and with `hold` kept until the work ends."""

    def __call__(self, work: Work, id_: UUID, /, *, hold: bool = False) -> str:
        """The name of its state.

        Raises:
            NotFound: there is no such thing for the caller.
        """
        ...


@dataclass(frozen=True, slots=True)
class Versioned:
    """What If-Match is about: its `name` in addresses and messages, and how its state is named."""

    name: str
    version: Version


INCIDENT = Versioned("incident", board.version)
OBLIGATION = Versioned("obligation", board.version_of_obligation)
NOTICE = Versioned("notice", board.version_of_notice)


@dataclass(frozen=True, slots=True)
class Body:
    """How a body is read: `schema` describes it, `read` makes of it what the view gets; `yaml` says that it may also be YAML,
    `fractions` that its numbers may be."""

    schema: type[Schema]
    read: Callable[[object, Work], Any]
    yaml: bool = False
    fractions: bool = False


def body(schema: type[Strict], read: Callable[[object, Work], Any] | None = None, *, yaml: bool = False, fractions: bool = False) -> Body:
    """A body of that schema, read by it or by `read(value, work)`."""
    made = schema()
    return Body(schema, read or (lambda value, work: load(made, value)), yaml, fractions)


def acting(
    *, answers: Mapping[int, str | Mapping[str, Any]], takes: Body | None = None, query: type[Strict] = NoQuery,
    refuses: Iterable[int] = (), if_match: Versioned | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:  # fmt: skip
    """Make a route of `view(work, **url_parameters, [given], [asked])`.

    `given` is what `takes` makes of the body; `asked` the query parameters, where `query` has some. The work speaks for
    the holder of the key or session. `answers` and `refuses` are what the OpenAPI document says; `if_match` honours
    If-Match for what the address names.
    """
    wants_query = bool(query._declared_fields)

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def called(**parameters: Any) -> Response:
            door.require_credentials()
            sent = request.get_data() if request.method not in door.SAFE else b""

            def do(work: Work) -> Response:
                door.enter_api(work)
                asked = {"asked": load_query(query(), request.args)}
                value, odd = _value(sent, takes) if request.method not in door.SAFE else (None, [])
                given = {"given": understood(value, odd, lambda v: takes.read(v, work))} if takes else {}
                if not takes and request.method not in door.SAFE:
                    understood(value, odd, lambda v: load(_NOTHING, v))

                def act() -> Any:
                    _check_version(if_match, work, parameters)
                    return view(work, **parameters, **given, **(asked if wants_query else {}))

                return _once(work, value, act)

            return door.in_work(do)

        asked_of = query if wants_query else None
        described(called, answers=answers, takes=takes, query=asked_of, refuses=refuses, if_match=if_match is not None)
        called.enters_by = "key"  # type: ignore[attr-defined]
        return called

    return decorate


_NOTHING = NothingSchema()


def _once(work: Work, value: object, view: Callable[[], Any]) -> Response:
    """The view's answer, or the one that was given under this Idempotency-Key before."""
    key = _key()
    if key is None:
        return respond(view())
    seen = digest({"method": request.method, "path": request.path, "body": _spelt(value)})
    before = work.answered(key, seen)
    if before is not None:
        return respond(Answer(before.body, replayed=True))
    found = view()
    answer = found if isinstance(found, Answer) else Answer(found)
    work.answer(key, seen, answer.status, answer.body)
    return respond(answer)


def _spelt(value: object) -> object:
    """The same with every fraction as text beside its kind: fractions have no canonical form."""
    if isinstance(value, float):
        return {"fraction": repr(value)}
    if isinstance(value, dict):
        return {key: _spelt(each) for key, each in value.items()}
    return [_spelt(each) for each in value] if isinstance(value, list) else value


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key is not None and not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        expected = f"expected 1 to {LONGEST_KEY} printable ASCII characters"
        raise Invalid([Fault("/Idempotency-Key", "bad_idempotency_key", expected)], "The header Idempotency-Key cannot be used.")
    return key


def respond(found: Any) -> Response:
    """The answer as JSON. What was answered before says so, and is 200 whatever it was at first: nothing was created now."""
    answer = found if isinstance(found, Answer) else Answer(found)
    text = orjson.dumps(answer.body)
    response = Response(text, 200 if answer.replayed else answer.status, content_type="application/json", headers=dict(answer.headers))
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _value(sent: bytes, takes: Body | None) -> tuple[object, list[Fault]]:
    """What was sent, and what in it is odd. A call that takes no body may still be sent an empty object."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongType("A compressed body is not read here; send it as it is.", code="compressed")
    if not sent.strip() and (takes is None or not takes.schema._declared_fields):
        return {}, []
    kind = request.mimetype
    if takes is not None and takes.yaml and kind in YAML:
        return {"text": _decoded(sent)}, []
    if kind != "application/json":
        expected = "application/json" + (" or application/yaml" if takes is not None and takes.yaml else "")
        raise WrongType(f"The body is {kind or 'of no named type'}; expected {expected}.")
    if not sent.strip():
        raise Malformed("The body is empty; expected a JSON object.")
    return read_json(sent, fractions=takes is not None and takes.fractions)


def _decoded(sent: bytes) -> str:
    try:
        return terms.decoded(sent)
    except Invalid as refused:
        raise Malformed(f"The body is not UTF-8. {refused.faults[0].message}") from refused


def etag(version: str) -> Headers:
    """The header that says in which state something was read."""
    return {"ETag": f'"{version}"'}


def _check_version(of: Versioned | None, work: Work, parameters: Mapping[str, Any]) -> None:
    """If-Match, with what it is about held until this work ends: what was compared is what is changed."""
    wanted = request.if_match
    if of is None or not wanted:
        return
    present = of.version(work, parameters[f"{of.name}_id"], hold=True)
    if present not in wanted:
        raise Stale(f'The {of.name} is at "{present}" now; read it again and decide anew.')
