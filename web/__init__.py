"""The front door: Flask pages, the JSON API, the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from incident.work import Node
    from web.demo_mail import MailSink

LARGEST_BODY = 2**20  # bytes


def create_app(node: Node, *, mail: MailSink | None = None, demo: bool = False) -> Flask:
    """The WSGI application of `node`, whose role should be the web's.

    `mail` is the demo's mail sink: with one, the pages show what it caught. `demo` tells the sign-in page to say where
    the demo's passwords are. Proxy headers are not believed; the address that people use is `DEMARCHE_BASE_URL`.
    """
    from flask import Flask  # the command line need not wait for it

    from web import door, draining, logs, metrics, page_context, probes, problems
    from web.views import api, signing
    from web.views.pages import pages

    app = Flask("web", static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, SEND_FILE_MAX_AGE_DEFAULT=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    logs.log_requests(app)
    metrics.install(app)
    door.install(app, node, mail)
    draining.install(app)
    app.extensions["demo"] = demo
    problems.install(app)
    page_context.install(app)
    api.register(app)
    for blueprint in (probes.probes, signing.signing, pages):
        app.register_blueprint(blueprint)
    return app
