"""What a strict content-security policy and a reader of the repository may rely on in templates and assets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
STATIC = WEB / "static"
ICON = re.compile(r"icon\('([a-z0-9-]+)'")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|\bjs:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_turns_no_escaping_off_and_asks_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape", text)
    assert not re.findall(r"(?:src|href|action)=\"https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    """But those behind a link, whose address is the secret; there a token would set a cookie."""
    for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL):
        assert ("{{ csrf() }}" in form) == (path.name != "link.html")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_is_shipped(path: Path) -> None:
    for name in ICON.findall(path.read_text(encoding="utf-8")):
        assert (STATIC / "icons" / f"{name}.svg").is_file(), name


def test_what_others_made_lies_beside_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "LICENSE").read_text(encoding="utf-8")
    assert "ISC License" in (STATIC / "icons" / "LICENSE").read_text(encoding="utf-8")
    assert "Permission to use" in (STATIC / "LICENSE-htmx").read_text(encoding="utf-8")


def test_style_sheets_ask_for_nothing_from_elsewhere() -> None:
    for sheet in STATIC.glob("*.css"):
        for url in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            assert (STATIC / url).is_file(), url
