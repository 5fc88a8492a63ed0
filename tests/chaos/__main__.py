"""`python -m tests.chaos`: the matrix, the schedule, the figures."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

import rich_click as click

from tests.chaos.clients import LONGEST_CLOCK, Filer, Ledger
from tests.chaos.faults import drawn, matrix
from tests.chaos.judging import Findings, drained, judged
from tests.chaos.receivers import Receiver
from tests.chaos.site import RECIPIENTS, Site


@click.command()
@click.option("--kills", default=40, show_default=True, help="How many kills the schedule draws.")
@click.option("--seed", type=int, help="Of the schedule; drawn and printed if not given.")
@click.option("--matrix/--no-matrix", "with_matrix", default=True, show_default=True, help="Run the fault matrix first.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the figures there as one JSON object.")
def main(kills: int, seed: int | None, with_matrix: bool, path: Path | None) -> None:
    """Break everything, and count what was lost, early, doubled in effect or stuck. Exit code 1 if anything was."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    click.echo(f"seed {seed}")
    found = campaign(seed, kills, with_matrix=with_matrix, say=click.echo)
    for name, value in found.as_json().items():
        click.echo(f"{name:20} {value}")
    if path is not None:
        path.write_text(json.dumps(found.as_json(), indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if found.good else 1)


def campaign(seed: int, kills: int, *, with_matrix: bool, say: object = print, pause: float = 0.4, patience: float = 120) -> Findings:
    """Run it and judge. `pause`: seconds between two reports of one client."""
    tell = say if callable(say) else print
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        site = Site(Path(folder), seed)
        try:
            return _campaign(site, seed, kills, with_matrix, tell, pause, patience)
        finally:
            site.close()


def _campaign(site: Site, seed: int, kills: int, with_matrix: bool, tell: object, pause: float, patience: float) -> Findings:
    say = tell if callable(tell) else print
    _lead_webhooks(site)
    ledger = Ledger()
    filers = [
        Filer(site.node.base_url, site.keys["cert-ee"], ledger, name=f"S{seed}-{n}", seed=seed * 10 + n, pause=pause) for n in range(2)
    ]
    began = time.monotonic()
    chance, killed, faults = random.Random(seed), 0, 0
    for fault in matrix(3.0) if with_matrix else ():
        killed, faults = killed + fault.do(site), faults + 1
        say(f"  {time.monotonic() - began:5.0f} s  {fault.name}: {len(ledger.accepted)} accepted")
    drawn_kills = 0
    while drawn_kills < kills:
        fault = drawn(chance)
        did = fault.do(site)
        drawn_kills, killed, faults = drawn_kills + did, killed + did, faults + 1
        say(f"  {time.monotonic() - began:5.0f} s  {fault.name}: {len(ledger.accepted)} accepted, {drawn_kills} of {kills} kills")
        time.sleep(chance.uniform(0.2, 1.5))
    quiet = all(filer.stop() for filer in filers)
    engine = site.reader()
    took, left = drained(engine, patience)
    left += drained(engine, patience, LONGEST_CLOCK)[1]
    seen = [id_ for receiver in site.receivers.values() for id_ in receiver.seen]
    left += [] if quiet else ["a client whose last report was never answered"]
    return judged(engine, ledger, seen, seed=seed, kills=killed, faults=faults, drained_in=took, left=left)


def _lead_webhooks(site: Site) -> None:
    """Every recipient sets its webhook, over the API, as a party does."""
    import httpx

    for slug in RECIPIENTS:
        receiver: Receiver = site.receivers[slug]
        headers = {"Authorization": f"Bearer {site.keys[slug]}"}
        answer = httpx.put(f"{site.node.base_url}/api/v1/channels/webhook", json={"url": receiver.url}, headers=headers, timeout=30)
        answer.raise_for_status()


if __name__ == "__main__":
    main()
