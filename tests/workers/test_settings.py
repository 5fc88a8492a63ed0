"""Settings and the home: what a process is told, what it refuses, what it keeps to itself."""

from __future__ import annotations

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from incident import logs
from incident.home import keep_file, open_home
from incident.settings import BadSetting, Settings


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)


def test_without_any_variable_a_node_runs_on_loopback_with_its_own_database() -> None:
    settings = Settings.from_environment()
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database_url is None
    assert not settings.broker_is_shared


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_PORT", "9000")
    assert Settings.from_environment().base_url == "http://127.0.0.1:9000"
    assert Settings.from_environment(port="8765", host=None).base_url == "http://127.0.0.1:8765"


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_SMTP_URL", "")
    assert Settings.from_environment().smtp_url is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEMARCHE_PORT", "http"),
        ("DEMARCHE_PORT", "65536"),
        ("DEMARCHE_PORT", "-1"),
        ("DEMARCHE_PORT", "８０"),
        ("DEMARCHE_BASE_URL", "demarche.example.ee"),
        ("DEMARCHE_BASE_URL", "https://h:port"),
        ("DEMARCHE_NODE_NAME", "estonia"),
        ("DEMARCHE_MAIL_FROM", "desk"),
        ("DEMARCHE_MAIL_FROM", "desk@host\nBcc: all@host"),
        ("DEMARCHE_EGRESS_ALLOW", "10.0.0.0/33"),
        ("DEMARCHE_EGRESS_ALLOW", "10.0.0.1/8"),
        ("DEMARCHE_EGRESS_ALLOW", "10.0.0"),
        ("DEMARCHE_LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://localhost/db"),
        ("REDIS_URL", "localhost:6379"),
        ("DEMARCHE_SMTP_URL", "mail.example.ee"),
        ("DEMARCHE_SECRET_KEY", "short"),
        ("DEMARCHE_SIGNING_KEY_FILE", "/nowhere/key.pem"),
    ],
)
def test_a_refusal_names_the_variable_and_what_was_expected(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting, match=rf"^{variable}.*expected "):
        Settings.from_environment()


def test_targets_are_networks_or_names() -> None:
    settings = Settings.from_environment(egress_allow="127.0.0.0/8, ::1,Hooks.Example.EE")
    assert settings.egress_allow == ("127.0.0.0/8", "::1/128", "hooks.example.ee")


def test_nothing_printed_holds_a_secret() -> None:
    settings = Settings.from_environment(
        database_url="postgres://demarche_web:hunter2@db/demarche?sslpassword=hunter2",
        smtp_url="smtp://desk:hunter2@mail:587?starttls=1",
        broker_url="redis://:hunter2@redis/0",
        given_secret_key="hunter2" * 6,
        web_password="hunter2",
        worker_password="hunter2",
    )
    assert settings.database_url == "postgresql+psycopg://demarche_web:hunter2@db/demarche?sslpassword=hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.shown())
    assert "demarche_web" in str(settings.shown()["database_url"])


def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    settings = Settings.from_environment(home=tmp_path / "home")
    assert settings.secret_key == settings.secret_key
    assert settings.signing_key().public_key() == settings.signing_key().public_key()
    kept = [tmp_path / "home" / name for name in ("secret_key", "signing_key.pem")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600, 0o600]
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_asking_what_the_settings_are_makes_nothing(tmp_path: Path) -> None:
    Settings.from_environment(home=tmp_path / "home").shown()
    assert not (tmp_path / "home").exists()


def test_many_who_make_a_file_at_once_agree_on_one(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: keep_file(home / "key", lambda: str(n).encode()), range(64)))
    assert set(made) == {(home / "key").read_bytes()}
    assert [entry.name for entry in home.iterdir() if entry.name.startswith(".")] == []


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("not a key")
    with pytest.raises(BadSetting, match="DEMARCHE_SIGNING_KEY_FILE"):
        Settings.from_environment(named_signing_key_file=file).signing_key()


def test_a_log_line_shows_only_what_the_list_allows() -> None:
    line = logs.only_allowed(None, "info", {"event": "filed", "case": "x", "summary": "the plant is down", "status": 201})
    assert line == {"event": "filed", "status": 201, "withheld": 2}


def test_an_exception_in_a_log_shows_where_and_not_what(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    try:
        logs.configure("INFO", "json")
        try:
            raise ValueError("the plant is down")
        except ValueError:
            logs.get("tests").exception("failed", sweep="deliver")
            logging.getLogger("library").exception("it went wrong: %s", "the plant is down")
        printed = capsys.readouterr().err
    finally:
        root.handlers, root.level = before[0], before[1]
        structlog.configure(**before[2])
    assert printed.count('"error": "ValueError"') == 2
    assert "test_settings.py" in printed
    assert "the plant is down" not in printed
