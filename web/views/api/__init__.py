"""The JSON API under /api/v1, and the document that describes it."""

from __future__ import annotations

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from flask_smorest import Api
from marshmallow import Schema

from web.problems import MEANING, title
from web.schemas.answers import COMPONENTS
from web.schemas.layered import LAYERED
from web.schemas.reached import REACHED
from web.schemas.rota import ROTA
from web.views.api.agreements import agreements
from web.views.api.calendars import calendars
from web.views.api.chasing import chasing
from web.views.api.claims import claims
from web.views.api.describing import completed
from web.views.api.drafts import drafts
from web.views.api.findings import findings
from web.views.api.incidents import incidents
from web.views.api.law import law
from web.views.api.letters import letters
from web.views.api.notices import notices
from web.views.api.obligations import obligations
from web.views.api.parties import parties
from web.views.api.reports import reports
from web.views.api.rota import rota
from web.views.api.simulations import simulations

documents = Blueprint("documents", __name__, url_prefix="/api/v1")
_OPENAPI = {
    "API_TITLE": "Démarche", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0", "OPENAPI_URL_PREFIX": None,
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Who owes whom what, by when, and the proof. Instants are RFC 3339; parties are slugs of this node; "
            "every refusal is problem+json.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"key": []}],
    },
}  # fmt: skip


class _Documented(Api):  # type: ignore[misc]
    """flask-smorest for the document alone: bodies are read, and failures answered, by our own."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """None: `web.problems` answers them."""


def register(app: Flask) -> None:
    """Give `app` the API and its document, at /api/v1/openapi.json and, for people, /api/v1/docs."""
    app.config.update(_OPENAPI)
    api = _Documented(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name_of)})
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer", "description": "An API key, `demarche_…`."})
    for name, shape in {**COMPONENTS, **LAYERED, **REACHED, **ROTA}.items():
        api.spec.components.schema(name, shape)
    for calls in (
        reports, incidents, obligations, claims, notices, letters, chasing, agreements, drafts, simulations, law, calendars, parties,
        rota, findings,
    ):  # fmt: skip
        api.register_blueprint(calls)
    app.extensions["openapi"] = completed(api.spec.to_dict())
    app.register_blueprint(documents)


def _name_of(schema: type[Schema] | Schema) -> str:
    """What a body is called in the document, apart from the answer of the same name."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema") + "Body"


@documents.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(_document())


@documents.get("/docs")
def docs() -> str:
    """The same for people, made on the server."""
    return render_template("api.html", document=_document(), meanings=MEANING, title_of=title)


def _document() -> dict[str, Any]:
    document: dict[str, Any] = current_app.extensions["openapi"]
    return document
