"""The figures as people read them: snapshots/ -> **the tables of docs/contracts/costs.md**."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "contracts" / "costs.md"

# Path -> what somebody does, in the order of the page.
OURS = {
    "pay_direct": "pay revenue to all holders",
    "pay_market": "pay a royalty through the market, split three ways",
    "buy": "buy a licence, as a returning buyer",
    "buy_first": "buy a first licence",
    "claim_again": "claim revenue",
    "claim_shares": "claim an epoch's shares, 128 leaves",
    "pay_bounty": "pay a leaf its part of a bounty, 128 leaves",
    "transfer_settled": "transfer shares, nothing due since the last time",
    "transfer_unsettled": "transfer shares of the first epoch for the first time, revenue due on both sides",
    "transfer_unsettled_later": "transfer shares, revenue due on both sides, as ever after",
    "epoch_1000": "checkpoint, propose and finalise 1,000 labels",
}
THEIRS = {
    "floor/pay": "the least a payment can cost: transfer, one write, one event",
    "push_loop/pay": "push loop: pay",
    "payment_splitter/deploy": "OpenZeppelin 4.9 PaymentSplitter: deploy",
    "payment_splitter/pay": "the same: pay (a bare transfer)",
    "payment_splitter/claim": "the same: claim",
    "staking_rewards/pay": "reward per token on an ERC-20: pay",
    "staking_rewards/claim": "the same: claim",
    "staking_rewards/transfer_settled": "the same: transfer, nothing due",
    "staking_rewards/transfer_first": "the same: transfer for the first time, revenue due on both sides",
    "staking_rewards/transfer_unsettled": "the same: transfer, revenue due on both sides, as ever after",
    "merkle_cumulative/root": "cumulative Merkle distributor: the operator's root for each payment",
    "merkle_cumulative/claim": "the same: claim, 128 leaves",
    "merkle_bitmap/claim": "bitmap Merkle distributor: claim, 128 leaves",
}


def render(groups: dict[str, dict[str, int]]) -> str:
    """Two Markdown tables, ours and theirs."""
    own = {**groups["flat"], **groups["paths"]}
    lines = ["| what | gas | aim |", "| --- | ---: | ---: |"]
    for path, words in OURS.items():
        lines.append(f"| {words} (`{path}`) | {_variants(own, path)} | {groups['aims'][path]:,} |")
    lines += ["", "| others' ways | gas |", "| --- | ---: |"]
    for path, words in THEIRS.items():
        lines.append(f"| {words} | {_variants(groups['baselines'], path)} |")
    return "\n".join(lines) + "\n"


def replaced(page: str, tables: str) -> str:
    """The page with its tables, which stand between two marks, made anew."""
    return re.sub(
        r"(<!-- figures -->\n).*(<!-- end -->)", lambda m: m[1] + tables + m[2], page, flags=re.DOTALL
    )


def _variants(gas: dict[str, int], path: str) -> str:
    """One figure; or one for each number of recipients, said once where they are equal."""
    if path in gas:
        return f"{gas[path]:,}"
    found = {
        int(name.rpartition("/")[2]): value for name, value in gas.items() if name.startswith(path + "/")
    }
    if len(set(found.values())) == 1:
        return f"{next(iter(found.values())):,} for {', '.join(f'{count:,}' for count in sorted(found))}"
    return ", ".join(f"{found[count]:,} for {count:,}" for count in sorted(found))
