"""Chat and paging services, called for real: by `apprise`, in a process of its own, against servers on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from incident.reach.services import SERVICES, Service, ServiceRefused, service
from incident.reach.targets import Egress, EgressRefused
from tests.workers.receivers import LOOPBACK, Receiver, a_letter, a_receiver, answering, bounded, http, silent
from workers.channels import Delivered, GaveUp, Outcome, TryLater
from workers.channels.every import every
from workers.channels.service import ServiceChannel

TOKEN = "abcdefghijklmnopqrstuvwxyz"


def port_of(receiver: Receiver) -> int:
    return int(receiver.listening.getsockname()[1])


def called(url: str, allow: Egress = LOOPBACK, **parts: object) -> Outcome:
    return bounded(ServiceChannel(allow), a_letter(url, **parts))


def test_a_mattermost_desk_is_called_with_the_cover_and_nothing_of_the_incident():
    with a_receiver(answering(http("200 OK", body=b"ok"))) as receiver:
        outcome = called(f"mmost://127.0.0.1:{port_of(receiver)}/{TOKEN}")
    [request] = receiver.requests
    assert outcome == Delivered({"service": "Mattermost", "status": 200})
    assert request.line == f"POST /hooks/{TOKEN} HTTP/1.1"
    said = json.loads(request.body)
    assert "INC-2026-7Q4MZ8" in said["text"]
    assert "https://node.example/n/7" in said["text"]
    assert "Modèle compromis" not in request.body.decode()
    assert "icon_url" not in said


def test_an_exercise_says_so_first():
    with a_receiver(answering(http("200 OK"))) as receiver:
        letter = a_letter(f"json://127.0.0.1:{port_of(receiver)}/call")
        cover = type(letter.cover)(incident_ref="INC-2026-7Q4MZ8", severity="high", link="https://node.example/n/7", exercise=True)
        called(letter.address, cover=cover)
    said = json.loads(receiver.requests[0].body)
    assert said["title"].startswith("EXERCISE ")
    assert said["message"].startswith("EXERCISE. This is not a real incident.")
    assert said["type"] == "warning"


@pytest.mark.parametrize(
    ("status", "kind", "disable"),
    [
        ("401 Unauthorized", GaveUp, False), ("404 Not Found", GaveUp, False), ("410 Gone", GaveUp, True),
        ("429 Too Many", TryLater, False), ("500 Oops", TryLater, False), ("302 Found", TryLater, False),
    ],
)  # fmt: skip
def test_what_a_service_answers_says_whether_to_try_again_and_its_key_is_not_told(status: str, kind: type, disable: bool):
    with a_receiver(answering(http(status, "Location: http://127.0.0.1:1/x"))) as receiver:
        outcome = called(f"mmost://127.0.0.1:{port_of(receiver)}/{TOKEN}")
    assert isinstance(outcome, kind)
    assert outcome.reason == f"Mattermost answered {status[:3]}."
    assert getattr(outcome, "disable", False) is disable
    assert len(receiver.requests) == 1
    assert TOKEN not in repr(outcome)


def test_a_service_that_hangs_is_cut_off_when_the_time_is_over():
    with a_receiver(silent) as receiver:
        channel = ServiceChannel(LOOPBACK, total=timedelta(seconds=2))
        outcome = bounded(channel, a_letter(f"mmost://127.0.0.1:{port_of(receiver)}/{TOKEN}"))
    assert outcome == TryLater("Mattermost did not answer in time.")


def test_a_huge_and_compressed_reply_is_neither_read_whole_nor_unpacked():
    body = b"\x1f\x8b" + b"\x00" * 4_000_000
    with a_receiver(answering(http("200 OK", "Content-Encoding: gzip", body=body))) as receiver:
        outcome = called(f"mmost://127.0.0.1:{port_of(receiver)}/{TOKEN}")
    assert isinstance(outcome, Delivered)
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


def test_nobody_listening_is_tried_later():
    with a_receiver(silent) as receiver:
        port = port_of(receiver)
    assert called(f"mmost://127.0.0.1:{port}/{TOKEN}") == TryLater("Mattermost could not be reached.")


def test_the_same_address_without_leave_reaches_nobody():
    with a_receiver(answering(http("200 OK"))) as receiver:
        outcome = called(f"mmost://127.0.0.1:{port_of(receiver)}/{TOKEN}", allow=Egress())
        assert receiver.connections == 0
    assert isinstance(outcome, GaveUp)
    assert "only public addresses are reached" in outcome.reason


def test_a_name_that_leads_home_is_refused_in_the_process_itself():
    """`localtest` is judged when it is resolved: the URL alone does not show where it leads."""
    with a_receiver(answering(http("200 OK"))) as receiver:
        asked = {"url": f"json://localhost:{port_of(receiver)}/x", "title": "t", "body": "b", "allow": [], "ports": [443], "urgent": True}
        answer = in_a_process(asked)
        assert receiver.connections == 0
    assert answer["ok"] is False
    assert "loopback" in str(answer["refused"])


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', PORT), 2)",
        "import socket; s = socket.socket(); s.connect(('127.0.0.1', PORT))",
        "import requests; requests.get('http://127.0.0.1:PORT/')",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:PORT/', timeout=2)",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])",
        "import os; os.system('true')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
        "import socket; socket.socket(socket.AF_UNIX).connect('/tmp/x')",
        "import smtplib; smtplib.SMTP('127.0.0.1', PORT, timeout=2)",
    ],
)
def test_no_way_round_the_guard_leads_out(code: str):
    with a_receiver(answering(http("200 OK"))) as receiver:
        ended = guarded(code.replace("PORT", str(port_of(receiver))))
        assert receiver.connections == 0
    assert "went out" not in ended
    assert "refused" in ended


def test_a_certificate_is_always_checked():
    ended = guarded("import requests; requests.get('https://127.0.0.1:PORT/', verify=False)".replace("PORT", "8443"), allow="127.0.0.0/8")
    assert "without checking its certificate" in ended


@pytest.mark.parametrize(
    "url",
    [
        "", "mailto://user:pw@example.org", "syslog://", "dbus://", "file:///etc/passwd", "http://example.org/", "mqtt://example.org/x",
        "mmosts://example.org/tok en", "mmosts://example.org/t#x", "mmosts://example.org/tök", "pagerduty:key",
        "slack://T/B/C?template=/etc/passwd", "mmosts://example.org/t?verify=no", "mmosts://example.org/t?redirect=yes",
        "mmosts://example.org/t?rto=900", "jsons://example.org/?+Host=evil", "mmosts:///token", "mmosts://a@b@c/token",
    ],
)  # fmt: skip
def test_what_is_no_service_of_the_list_or_would_turn_against_the_node_is_refused(url: str):
    with pytest.raises(ServiceRefused, match=r"expected|accepted|percent-encode"):
        service(url, allow=Egress())


@pytest.mark.parametrize(
    "url", ["mmost://chat.example.org/t", "mmosts://10.0.0.7/t", "signals://[::1]:8080/a/b", "matrixs://u:p@169.254.169.254/r", "jsons://chat.example.org:22/"]
)  # fmt: skip
def test_a_host_that_no_webhook_may_reach_is_refused_where_it_is_written(url: str):
    with pytest.raises(EgressRefused):
        service(url, allow=Egress())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("pagerduty://0123456789abcdef0123456789abcdef@0123?region=eu", ("pagerduty", "PagerDuty", "pagerduty://…")),
        ("mmosts://chat.example.org/abcdefgh", ("mmosts", "Mattermost", "mmosts://chat.example.org/…")),
        ("MATRIXS://user:secret@matrix.example.org:8443/!room", ("matrixs", "Matrix", "matrixs://matrix.example.org:8443/…")),
    ],
)
def test_what_is_shown_of_a_url_is_the_service_and_the_host_alone(url: str, shown: tuple[str, str, str]):
    found = service(url, allow=Egress())
    assert (found.scheme, found.name, found.shown.partition(" (")[0]) == shown
    assert found.shown != service(f"{url}x" if "?" not in url else f"{url.replace('@0123', '@0124')}", allow=Egress()).shown
    assert isinstance(found, Service)


def test_every_service_of_the_list_speaks_http_through_the_guarded_library_alone():
    script = (
        "import apprise, inspect, json, sys; N = apprise.plugins.N_MGR; N.load_modules()\n"
        "print(json.dumps({each: inspect.getsource(sys.modules[N[each].__module__]) for each in json.load(sys.stdin)}))"
    )
    command = [sys.executable, "-I", "-c", script]
    ended = subprocess.run(command, input=json.dumps(list(SERVICES)), capture_output=True, text=True, check=True, timeout=60)
    sources = json.loads(ended.stdout)
    others = ("import socket", "import smtplib", "import asyncio", "import subprocess", "import http.client", "from http.client")
    for scheme in SERVICES:
        assert "import requests" in sources[scheme], scheme
        assert [each for each in others if each in sources[scheme]] == [], scheme


def test_the_node_has_both_kinds():
    from incident.reach.returns import Returns

    made = every(egress_allow=("127.0.0.0/8",), smtp_url=None, mail_from="a@node.example", returns=Returns.none())
    assert isinstance(made["chat"], ServiceChannel)
    assert made["pager"] is made["chat"]


def in_a_process(asked: dict[str, object]) -> dict[str, object]:
    command = [sys.executable, "-I", "-m", "workers.channels.service_process"]
    ended = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True, timeout=20)
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def guarded(code: str, allow: str = "") -> str:
    """What `code` comes to behind the guard: `went out`, or the refusal."""
    script = (
        "from workers.channels.service_process import Guard, _stand_guard; from incident.reach.targets import Egress\n"
        f"guard = Guard(Egress.of({allow!r})); _stand_guard(guard)\n"
        f"try:\n    {code}\n    print('went out')\nexcept BaseException as error:\n    print('refused', guard.refused, error)\n"
    )
    return subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=20, check=False).stdout
