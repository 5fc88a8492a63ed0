"""Callers of the API: one per party of the demo world, and one with nothing in hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.world import World, a_world
from web import create_app

FILER, OPERATOR, RECIPIENT, WAITING, STRANGER = "cert-ee", "ee-ministry", "meridian-models", "cert-fr", "cert-jp"
DEPLOYMENT = "ee-citizen-assistant"


@dataclass(frozen=True)
class Callers:
    """The demo world behind its front door."""

    world: World
    app: Flask

    def call(self, method: str, path: str, by: str | None = FILER, **options: Any) -> TestResponse:
        """One request of a program that holds the key of `by`, or no key at all."""
        headers = dict(options.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {self.key(by)}"
        return self.app.test_client(use_cookies=False).open(address(path), method=method, headers=headers, **options)

    def get(self, path: str, by: str | None = FILER, **options: Any) -> TestResponse:
        """Read something."""
        return self.call("GET", path, by, **options)

    def post(self, path: str, body: Any = None, by: str | None = FILER, **options: Any) -> TestResponse:
        """Do something; without a body nothing is sent."""
        sent = {} if body is None else {"json": body}
        return self.call("POST", path, by, **sent, **options)

    def key(self, slug: str) -> str:
        """The party's API key."""
        return next(str(each["api_key"]) for each in self.world.demo.parties if each["slug"] == slug)

    def files(self, by: str = FILER, **given: Any) -> dict[str, Any]:
        """File a report and give the answer."""
        answer = self.post("/reports", a_body(**given), by)
        assert answer.status_code == 201, answer.text
        filed: dict[str, Any] = answer.json
        return filed

    def count(self, table: str) -> int:
        """How many rows a table has, behind every wall."""
        return int(self.world.rows(f"select count(*) from demarche.{table}")[0][0])


def address(path: str) -> str:
    """The path of a call; one that begins with two slashes is taken as it is, less one."""
    return path[1:] if path.startswith("//") else f"/api/v1{path}"


def a_body(**given: Any) -> dict[str, Any]:
    """A plausible report as it is sent."""
    return {
        "deployment": DEPLOYMENT,
        "reference": "EE-2026-17",
        "stage": "early_warning",
        "summary": "Prompts of other tenants are returned by the gateway",
        "severity": "critical",
        "facts": {"aware_at": "2026-11-23T10:40:00+02:00", "significant_incident": True, "cross_border": None},
        "tlp": "AMBER",
        "affected_countries": ["FR"],
        **given,
    }


@contextmanager
def at_the_door(world: World) -> Iterator[Callers]:
    """Callers of that world."""
    app = create_app(world.web)
    app.testing = False
    yield Callers(world, app)


@contextmanager
def a_world_at_the_door() -> Iterator[Callers]:
    """Callers of a world of their own."""
    with a_world() as world, at_the_door(world) as callers:
        yield callers


def faults(answer: TestResponse, status: int = 422) -> dict[str, str]:
    """`{pointer: code}` of a refusal, which must be a proper problem."""
    problem = problem_of(answer, status)
    return {each["pointer"]: each["code"] for each in problem.get("errors", [])}


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem that was answered, checked for its form."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.mimetype == "application/problem+json"
    problem: dict[str, Any] = answer.get_json(force=True)
    assert problem["status"] == status
    assert problem["type"].startswith("/api/v1/docs#")
    assert problem["title"]
    assert problem["code"]
    for each in problem.get("errors", []):
        assert set(each) == {"pointer", "code", "message"}
        assert each["pointer"] == "" or each["pointer"].startswith("/")
        assert each["message"]
    return problem
