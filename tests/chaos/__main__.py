"""`python -m tests.chaos`: the matrix, the schedule, the figures."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import rich_click as click

from tests.chaos.clients import Filer, Ledger
from tests.chaos.faults import PATIENCE, Named, drawn, matrix
from tests.chaos.judging import Findings, drained, judged
from tests.chaos.receivers import Receiver
from tests.chaos.site import RECIPIENTS, Site

MEANWHILE = 15.0  # seconds to wait for one more report between two faults


@click.command()
@click.option("--kills", default=40, show_default=True, help="How many kills the schedule draws.")
@click.option("--seed", type=int, help="Of the schedule; drawn and printed if not given.")
@click.option("--matrix/--no-matrix", "with_matrix", default=True, show_default=True, help="Run the fault matrix first.")
@click.option("--only", default="", metavar="TEXT", help="Of the matrix, only the faults whose name holds this.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the figures there as one JSON object.")
def main(kills: int, seed: int | None, with_matrix: bool, only: str, path: Path | None) -> None:
    """Break everything, and count what was lost, early, doubled in effect or stuck. Exit code 1 if anything was."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    click.echo(f"seed {seed}")
    found = campaign(Plan(seed=seed, kills=kills, with_matrix=with_matrix, only=only), click.echo)
    for name, value in found.in_words():
        click.echo(f"{name:24} {value}")
    if path is not None:
        path.write_text(json.dumps(found.as_json(), indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if found.good else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done. `pause`: seconds between two reports of one client; `clocks`: within which the nearest clock of each ends."""

    seed: int
    kills: int
    with_matrix: bool
    only: str = ""
    pause: float = 0.4
    clocks: timedelta = timedelta(seconds=30)
    patience: float = 120


@dataclass(slots=True)
class _Trial:
    """What was done so far. After each fault another report is waited for: a node that is only ever starting shows nothing."""

    site: Site
    ledger: Ledger
    say: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    kills: int = 0
    faults: int = 0
    ended: list[str] = field(default_factory=list)

    def do(self, fault: Named) -> None:
        before = len(self.ledger.accepted)
        self.kills, self.faults = self.kills + fault.do(self.site), self.faults + 1
        _until_accepted(self.ledger, before, MEANWHILE)
        self.ended += [f"{each}, after: {fault.name}" for each in self.site.ended()]
        self.say(f"  {time.monotonic() - self.began:5.0f} s  {fault.name}: {len(self.ledger.accepted)} accepted, {self.kills} kills")


def campaign(plan: Plan, say: Callable[[str], None]) -> Findings:
    """Run it and judge."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        site = Site(Path(folder), plan.seed)
        try:
            return _campaign(site, plan, say)
        finally:
            site.close()


def _campaign(site: Site, plan: Plan, say: Callable[[str], None]) -> Findings:
    _lead_webhooks(site)
    ledger = Ledger()
    filers = [_filer(site, ledger, plan, number) for number in range(2)]
    _until_accepted(ledger, 0, PATIENCE)
    trial = _Trial(site, ledger, say)
    for fault in (each for each in matrix(3.0) if plan.with_matrix and plan.only in each.name):
        trial.do(fault)
    chance, before = random.Random(plan.seed), trial.kills
    while trial.kills - before < plan.kills:
        trial.do(drawn(chance))
        time.sleep(chance.uniform(0.2, 1.5))
    quiet = all(filer.stop() for filer in filers)
    engine = site.reader()
    took, left = drained(engine, plan.patience)
    left += drained(engine, plan.patience, plan.clocks)[1]
    left += trial.ended if quiet else [*trial.ended, "a client whose last report was never answered"]
    seen = [id_ for receiver in site.receivers.values() for id_ in receiver.seen]
    return judged(engine, ledger, seen, seed=plan.seed, kills=trial.kills, faults=trial.faults, drained_in=took, left=left)


def _until_accepted(ledger: Ledger, more_than: int, seconds: float) -> None:
    """Wait until another report was accepted, at most so long."""
    give_up = time.monotonic() + seconds
    while len(ledger.accepted) <= more_than and time.monotonic() < give_up:
        time.sleep(0.05)


def _filer(site: Site, ledger: Ledger, plan: Plan, number: int) -> Filer:
    name, seed = f"S{plan.seed}-{number}", plan.seed * 10 + number
    return Filer(site.node.base_url, site.keys["cert-ee"], ledger, name=name, seed=seed, pause=plan.pause, clocks=plan.clocks)


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
