"""The agreement lab: what people write is never lost, the lint stands beside its clause and is mended, and what-if sends nothing."""

from __future__ import annotations

import re

from tests.web.visitors import OFFICER, VENDOR, Enter, send


def test_first(enter: Enter) -> None:
    officer = enter(OFFICER)
    page = officer.get("/agreements")
    assert page.status_code == 200, page.text
    made = send(officer, "/agreements/drafts", blank="1")
    assert made.status_code == 303, made.text
    for view in ("read", "source"):
        page = officer.get(made.location.partition("?")[0] + f"?view={view}")
        assert page.status_code == 200, page.text
        open(f"/tmp/H/{view}.html", "w").write(page.text)
