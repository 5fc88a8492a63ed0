"""flask-smorest's blueprint, with types that a checker can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint

View = TypeVar("View", bound=Callable[..., Any])


class Calls(Blueprint):  # type: ignore[misc]
    """A group of calls under /api/v1. `get`, `post`, `put` and `delete` give a view its address, in the application and in the document."""

    def __init__(self, name: str, *, description: str) -> None:
        super().__init__(name, __name__, url_prefix="/api/v1", description=description)

    def get(self, rule: str) -> Callable[[View], View]:
        """Answer GET."""
        return self._at(rule, "GET")

    def post(self, rule: str) -> Callable[[View], View]:
        """Answer POST."""
        return self._at(rule, "POST")

    def put(self, rule: str) -> Callable[[View], View]:
        """Answer PUT."""
        return self._at(rule, "PUT")

    def delete(self, rule: str) -> Callable[[View], View]:
        """Answer DELETE."""
        return self._at(rule, "DELETE")

    def _at(self, rule: str, method: str) -> Callable[[View], View]:
        given: Callable[[View], View] = self.route(rule, methods=[method])
        return given
