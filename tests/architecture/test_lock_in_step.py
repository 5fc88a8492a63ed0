"""The check of the locks finds what can be out of step, and says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

FILES = ("pyproject.toml", "requirements.lock", "requirements-runtime.lock", ".ci/lock_in_step.py")
TO_DO = "Run `make lock`"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def said(copy: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(copy / ".ci/lock_in_step.py")], capture_output=True, text=True, check=False, cwd=copy)
    assert done.stderr == ""
    return done.returncode, done.stdout


def change(copy: Path, name: str, pattern: str, to: str) -> None:
    text = (copy / name).read_text(encoding="utf-8")
    changed, times = re.subn(pattern, to, text, count=1, flags=re.M | re.S)
    assert times == 1
    (copy / name).write_text(changed, encoding="utf-8")


def test_the_locks_are_in_step(copy: Path) -> None:
    assert said(copy) == (0, "")


ENTRY = r"^{name}==[^\n]*\\\n(    --hash=[^\n]*\n)+(    #[^\n]*\n)*"


@pytest.mark.parametrize(
    ("name", "pattern", "to", "expected"),
    [
        ("pyproject.toml", r'"waitress>=3.0.2,<4"', '"waitress>=9000"', "requirements.lock: waitress is pinned to 3"),
        (
            "pyproject.toml",
            r'  "waitress>=3.0.2,<4",',
            '  "waitress>=3.0.2,<4", "no-such-thing",',
            "no-such-thing is asked for by pyproject.toml",
        ),
        ("pyproject.toml", r'  "hypothesis>=[^\n]*\n', "", "requirements.lock: hypothesis is pinned and nothing needs it"),
        ("requirements.lock", ENTRY.format(name="pytest"), "", "requirements.lock: pytest<10,>=9.2 is asked for by pyproject.toml"),
        ("requirements.lock", ENTRY.format(name="werkzeug"), "", "is asked for by flask and missing"),
        ("requirements.lock", r"^(click==[^\n]*?) \\\n(    --hash=[^\n]*\n)+", r"\1\n", "requirements.lock: click has no SHA-256 hashes"),
        ("requirements.lock", r"^click==[^ ]*", "click>=8", "requirements.lock: click is not pinned to one version"),
        (
            "requirements-runtime.lock",
            ENTRY.format(name="flask"),
            "",
            "requirements-runtime.lock: flask<3.2,>=3.1 is asked for by pyproject.toml",
        ),
        ("requirements-runtime.lock", r"(sha256:)[0-9a-f]{4}", r"\g<1>0000", "differs from"),
        ("requirements-runtime.lock", r"\A", "pytest==9.2.0 --hash=sha256:" + "0" * 64 + "\n", "pytest is pinned and nothing needs it"),
    ],
)
def test_what_is_out_of_step_is_named(copy: Path, name: str, pattern: str, to: str, expected: str) -> None:
    change(copy, name, pattern, to)
    code, text = said(copy)
    assert code == 1
    assert expected in text
    assert TO_DO in text


def test_a_missing_lock_is_said(copy: Path) -> None:
    (copy / "requirements-runtime.lock").unlink()
    assert said(copy) == (
        1,
        f"requirements-runtime.lock is missing.\n{TO_DO}, read the difference, and commit both locks with pyproject.toml.\n",
    )
