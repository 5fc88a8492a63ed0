"""The blueprint that every page registers on."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("pages", "web")
