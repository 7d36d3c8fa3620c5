"""`make demo`: the whole story once, on this machine, through public interfaces only.

A publisher asks and puts cash aside, annotators answer and sign, the network scores, pays that cash and mints
shares, a buyer pays and is let in, a share is sold, a royalty comes, everyone is paid, and `cota verify` recomputes
all of it. Promises:
nothing is skipped or jumped (windows are waited for); whatever ends the run leaves no process and no
half-written file; exit 0 only if the verification agrees.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from eth_account.signers.local import LocalAccount
from rich.console import Console
from rich.markup import escape

from cota.client import ClientError, CotaClient, NewItem
from cota.client.drafts import draft_terms, with_draw
from cota.client.records import Claimed
from cota.errors import DomainError
from cota.keys import local_key
from cota.networks import NETWORKS
from cota.units import format_units
from cota.verify.exports import read as read_export
from scripts.scenes.accounts import Accounts
from scripts.scenes.cast import Cast, gather
from scripts.scenes.crew import Crew
from scripts.scenes.crowd import Crowd, find_crowd
from scripts.scenes.ending import Figures, SumsDoNotHold, print_earners, print_summary
from scripts.scenes.labelling import label_all
from scripts.scenes.settling import bounty_of, wait_for_cash, wait_for_epoch
from scripts.scenes.stages import Stages, Step
from scripts.stack.files import write_json
from scripts.stack.foundry import ROOT, ToolMissing
from scripts.stack.local import LocalStack
from scripts.stack.processes import ProcessFailed, Stopped

VAR = ROOT / "var"

DOLLAR = 10**6
PRICE, ROYALTY = 25_000 * DOLLAR, 9_000 * DOLLAR
PER_LABEL, BOUNTY = 2 * DOLLAR, 1_000 * DOLLAR
RECEIPT_PERIOD_S = 15 * 60
PLAIN_WIDTH = 120
"""Columns of the tables in a pipe or a log."""
GAS_FOR_A_SALE = 10**16
"""Wei. Contributors own no gas: whoever wants to send a transaction herself must first be given some."""


@dataclass(frozen=True)
class Places:
    """Where a run writes; two runs in different folders do not meet."""

    var: Path = VAR

    @property
    def folder(self) -> Path:
        """The stack's own: logs, content store, deployment, database."""
        return self.var / "demo"

    @property
    def export(self) -> Path:
        return self.folder / "export.jsonl"

    @property
    def result(self) -> Path:
        return self.var / "demo.json"


@dataclass
class Story:
    """Each scene is one method; `tell` is their order."""

    places: Places
    stack: LocalStack
    crowd: Crowd
    cast: Cast
    stages: Stages
    clients: ExitStack
    crew: Crew = field(default_factory=Crew)
    figures: Figures = field(default_factory=Figures)

    def tell(self) -> bool:
        self.enter()
        self.publish()
        self.join()
        self.label()
        self.settle()
        self.pay_cash()
        self.claim_shares()
        self.sell_license()
        self.sell_shares()
        self.pay_royalty()
        self.pay_out()
        return self.verify()

    def enter(self) -> None:
        """Everybody opens a client at the API; only publisher and buyer have a funded wallet."""
        self.publisher, self.buyer = self.client(self.cast.publisher), self.client(self.cast.buyer)
        self.annotators = {name: self.client(key) for name, key in self.cast.contributors.items()}

    def publish(self) -> None:
        """1. A publisher asks a question and commits items and gold before anyone has seen an item."""
        crowd, gold = self.crowd, self.crowd.gold()
        with self.stages.play("publish", "The publisher commits items and gold") as step:
            drafted = draft_terms(
                publisher=self.publisher.address,
                coordinator=local_key("coordinator").address,
                payment_token=self.publisher.status.payment_token,
                schema=crowd.schema(),
                seats=crowd.seats,
                price_floor=PRICE,
                windows=NETWORKS["local"].windows,
                receipt_period=RECEIPT_PERIOD_S,
            )
            terms = with_draw(self.publisher.account, drafted)
            self.dataset = self.publisher.create_dataset(terms, crowd.schema(), crowd.name)
            items = [NewItem(crowd.item(task), gold.get(task)) for task in crowd.tasks]
            self.publisher.add_batch(self.dataset, items)
            step.say(
                f"{len(items)} items; for {len(gold)} of them she knows the answer, and nobody sees which"
            )
        with self.stages.play("bounty", "She puts cash aside for labels") as step:
            self.bounty = self.publisher.open_bounty(self.dataset, PER_LABEL, BOUNTY).bounty
            step.say(f"{self.money(PER_LABEL)} for a label of average worth, {self.money(BOUNTY)} in escrow")

    def join(self) -> None:
        """2. Annotators join by signature: no token, no gas. The relayer posts their stake."""
        everybody = list(self.annotators.values())
        with self.stages.play("join", "Annotators join", len(everybody)) as step:

            def join(client: CotaClient) -> int:
                sent = client.join(self.dataset)
                step.advance()
                return sent.block or 0

            self.publisher.wait_for(max(self.crew.each(everybody, join)))
            step.say(f"{len(everybody)} wallets without tokens or gas, by signature alone")

    def label(self) -> None:
        """3. They lease items and sign a label for each; without a checked receipt none is delivered."""
        with self.stages.play("label", "They label and sign", len(self.crowd.labels)) as step:
            done = label_all(self.crew, self.crowd, self.dataset, self.annotators, step)
            self.figures.annotations = done
            step.say(f"{done:,} labels, each with a receipt that its author has checked")

    def settle(self) -> None:
        """4. The worker logs, scores and proposes; the challenge window passes; the shares exist."""
        with self.stages.play("settle", "The worker logs, scores, proposes; the window passes") as step:
            epoch = wait_for_epoch(self.publisher, self.dataset, step)
            file = self.publisher.epoch_file(self.dataset, epoch["epoch"])
            self.accounts = Accounts(self.dataset, self.annotators, file)
            shares = format_units(int(epoch["total_units"]), 6)
            owners = len(self.accounts.owners)
            step.say(f"{shares} shares for the {owners} of {len(self.annotators)} whose labels inform")

    def pay_cash(self) -> None:
        """5. Nothing was sold yet, and whoever earned shares has cash: the worker pays it by the same leaves."""
        with self.stages.play("cash", "The worker pays the bounty") as step:
            found = wait_for_cash(self.publisher, self.dataset, self.bounty, len(self.accounts.owners))
            step.say(f"{self.money(int(found['paid']))} in cash, before anything was sold")

    def claim_shares(self) -> None:
        """6. Whoever earned shares gets them by proof. The relayer pays the gas, and can pay nobody else."""
        with self.stages.play("claim", "Shares are claimed by proof", len(self.accounts.owners)) as step:
            units = sum(claimed.units for claimed in self.claim_for_owners(step))
            step.say(f"{format_units(units, 6)} shares handed out, all gas paid by the relayer")

    def sell_license(self) -> None:
        """7. A buyer pays in one transaction, is let in at once, and checks every record that she gets."""
        with self.stages.play("buy", "A buyer pays") as step:
            self.publisher.set_price(self.dataset, PRICE)
            self.license = self.buyer.buy(self.dataset)
            step.say(f"{self.money(self.license.price)} for licence {self.license.license}")
        with self.stages.play("download", "She downloads and checks every record") as step:
            export = self.places.export
            self.buyer.download(self.license.license, export, min_block=self.license.block)
            self.buyer.check_export(export)
            self.figures.take_export(read_export(export), self.crowd)
            records, proofs = self.figures.export_records, self.figures.proofs_checked
            step.say(f"{records:,} records, {proofs:,} proofs up to the chain")

    def sell_shares(self) -> None:
        """8. The best paid annotator sells half of her shares. What they earned so far stays hers."""
        seller, purchaser = self.accounts.owners[:2]
        with self.stages.play("sell", "An annotator sells half of her shares") as step:
            faucet = self.publisher.node.sender(self.cast.publisher)
            faucet.send(self.annotators[seller].address, b"", GAS_FOR_A_SALE)
            half = self.accounts.units[seller] // 2
            sold = self.annotators[seller].transfer_shares(
                self.dataset, self.annotators[purchaser].address, half
            )
            self.publisher.wait_for(sold.block_number)
            step.say(
                f"{format_units(half, 6)} shares from {seller} to {purchaser}; the publisher lent her gas"
            )

    def pay_royalty(self) -> None:
        """9. The model that was trained earns, and its maker pays a royalty. New revenue, new owners."""
        with self.stages.play("royalty", "A royalty arrives") as step:
            paid = self.buyer.pay_royalty(self.dataset, self.license.license, ROYALTY)
            self.publisher.wait_for(paid.block_number)
            step.say(
                f"{self.money(ROYALTY)}, split among publisher, treasury and all holders in one transaction"
            )

    def pay_out(self) -> None:
        """10. Everyone takes out what is hers, to the last base unit."""
        with self.stages.play("payout", "Everyone is paid", len(self.accounts.owners)) as step:
            revenue = sum(claimed.revenue for claimed in self.claim_for_owners(step))
            step.say(
                f"{self.money(revenue)} reached {len(self.accounts.owners)} wallets; the relayer paid the gas"
            )

    def verify(self) -> bool:
        """11. Anyone recomputes all of it: contracts, log, scores, shares, every payout."""
        with self.stages.play("verify", "cota verify recomputes all of it") as step:
            command = [sys.executable, "-m", "cota.cli", "verify", "--labels", str(self.places.export)]
            environment = {**os.environ, **self.stack.env, "COLUMNS": str(self.stages.console.width)}
            done = subprocess.run(command, env=environment, cwd=ROOT, text=True, capture_output=True)
            agrees = done.returncode == 0
            step.say("every number agrees" if agrees else "it does NOT agree")
        self.stages.console.print(done.stdout + done.stderr, markup=False, soft_wrap=True)
        return agrees

    def close(self, agrees: bool, seconds: float) -> None:
        """The closing tables and var/demo.json."""
        console, token = self.stages.console, self.publisher.status
        symbol, decimals = token.payment_symbol, token.payment_decimals
        self.accounts.take_earnings()
        self.figures.take_money(self.publisher, self.dataset, self.accounts)
        self.figures.take_bounty(bounty_of(self.publisher, self.dataset, self.bounty))
        self.figures.verify = "ok" if agrees else "failed"
        self.figures.seconds, self.figures.stages = round(seconds, 2), self.stages.seconds
        print_earners(console, self.accounts.earners(self.crowd), symbol, decimals)
        print_summary(console, self.figures, symbol, decimals)
        write_json(self.places.result, self.figures.to_json())

    # --- what scenes share

    def client(self, account: LocalAccount) -> CotaClient:
        return self.clients.enter_context(CotaClient(self.stack.api_url, account, self.stack.env["RPC_URL"]))

    def claim_for_owners(self, step: Step) -> list[Claimed]:
        """Claims for everyone who owns shares, and waits until the mirror shows it."""

        def claim(worker: str) -> Claimed:
            claimed = self.annotators[worker].claim(self.dataset)
            step.advance()
            return claimed

        claims = self.crew.each(self.accounts.owners, claim)
        self.publisher.wait_for(max((claimed.block or 0 for claimed in claims), default=0))
        return claims

    def money(self, amount: int) -> str:
        token = self.publisher.status
        return f"{format_units(amount, token.payment_decimals)} {token.payment_symbol}"


def play(console: Console, places: Places) -> bool:
    """One run from nothing to var/demo.json; true when the verification agrees."""
    places.result.unlink(missing_ok=True)
    crowd = find_crowd()
    console.print(
        f"[bold]Setting up[/] a chain, a database, the contracts and the service (data: {crowd.name})"
    )
    with LocalStack(places.folder) as stack, ExitStack() as clients:
        stack.start(tell=lambda line: console.print(f"  {line}", style="dim"))
        story = Story(places, stack, crowd, gather(crowd.workers), Stages(console), clients)
        started = time.monotonic()
        agrees = story.tell()
        story.close(agrees, time.monotonic() - started)
    return agrees


def main() -> None:
    options = argparse.ArgumentParser(prog="make demo", description="Play the whole story once.")
    options.add_argument("--var", type=Path, default=VAR, metavar="DIR", help="where the run writes")
    places = Places(options.parse_args().var.resolve())
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    try:
        agrees = play(console, places)
    except (DomainError, ClientError, ProcessFailed, ToolMissing, SumsDoNotHold) as failure:
        console.print(f"[bold red]demo:[/] {escape(str(failure))}", soft_wrap=True)
        console.print(f"What the processes said is in {places.folder / 'log'}.", soft_wrap=True)
        sys.exit(1)
    except (Stopped, KeyboardInterrupt):
        console.print("stopped; nothing is left running")
        sys.exit(130)
    sys.exit(0 if agrees else 1)


if __name__ == "__main__":
    main()
