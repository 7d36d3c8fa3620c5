"""Writes tests/vectors/*.json, the examples that Python and Solidity must both meet.

    .venv/bin/python -m scripts.vectors            write them
    .venv/bin/python -m scripts.vectors --check    exit 1 if a committed file is not what the code makes

Promises: no randomness, one file per subject, each read by `vm.parseJson*`: 0x-hex for bytes, decimal
strings for amounts, parallel arrays for sequences. What these files say is pinned to values computed without
this code by tests/unit/test_commitments_vectors.py.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cota.auth.signatures import address_of_secret, sign_digest
from cota.auth.typed import (
    AgentKey,
    Annotation,
    Domain,
    Join,
    Leave,
    Message,
    Receipt,
    digest,
    message_json,
)
from cota.commitments import hashes, log_tree
from cota.commitments.canonical import canonical
from cota.commitments.words import keccak
from cota.settlement.leaves import Epoch, build_leaves, tree_of
from cota.settlement.revenue import split
from cota.settlement.units import allot
from cota.units import Address, address_of, to_hex
from scripts.vectors_revenue import revenue_vectors

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "vectors"
CHAIN_ID = 31337
SECRET = (1).to_bytes(32, "big")
"""Secret key 1: the best known key there is, so nobody can mistake it for a real one."""


def sample(name: str) -> bytes:
    """32 bytes for a name."""
    return keccak(name.encode())


def account(name: str) -> Address:
    """An address for a name."""
    return address_of(sample(name)[12:])


LEDGER, VAULT, REGISTRY = account("ledger"), account("vault"), account("registry")
DATASET = hashes.dataset_id(CHAIN_ID, REGISTRY, account("publisher"), sample("terms"), sample("dataset salt"))


def hex_list(values: list[bytes]) -> list[str]:
    return [to_hex(value) for value in values]


def log_tree_vectors() -> dict[str, Any]:
    sizes = [0, 1, 2, 3, 5, 8, 1000]
    picks = [(1, 0), (2, 1), (3, 2), (5, 0), (5, 3), (5, 4), (8, 5), (1000, 0), (1000, 511), (1000, 999)]
    trees = {n: log_tree.LogTree([keccak(i.to_bytes(32, "big")) for i in range(n)]) for n in sizes}
    proofs = [
        {
            "count": count,
            "index": index,
            "row": to_hex(keccak(index.to_bytes(32, "big"))),
            "root": to_hex(trees[count].root),
            "proof": hex_list(trees[count].prove(index)),
        }
        for count, index in picks
    ]
    return {
        "about": "row i = keccak256(bytes32(i)); every change to count, index, row or proof must be refused",
        "sizes": sizes,
        "roots": [to_hex(trees[n].root) for n in sizes],
        "proofCount": len(proofs),
        "proofs": proofs,
    }


def large_settlement(count: int) -> dict[str, Any]:
    """By rule instead of by list: account i is the address i + 1, with 10^9 + i units and no penalty."""
    units = {address_of((i + 1).to_bytes(20, "big")): 10**9 + i for i in range(count)}
    leaves = build_leaves(Epoch(CHAIN_ID, LEDGER, DATASET, 4), units, {})
    tree = tree_of(leaves)
    return {"count": count, "root": to_hex(tree.root), "lastProof": hex_list(tree.prove(count - 1))}


def settlement_tree_vectors() -> dict[str, Any]:
    cases = []
    for count in (0, 1, 2, 3, 5, 8):
        units = {account(f"holder {i}"): 10**9 * (i + 1) + i for i in range(count)}
        penalties = {account("holder 1"): 7 * 10**18} if count > 1 else {}
        leaves = build_leaves(Epoch(CHAIN_ID, LEDGER, DATASET, 4), units, penalties)
        tree = tree_of(leaves)
        last = len(leaves) - 1
        cases.append(
            {
                "accounts": [leaf.account for leaf in leaves],
                "units": [str(leaf.units) for leaf in leaves],
                "penalties": [str(leaf.penalty) for leaf in leaves],
                "leaves": hex_list([leaf.hash for leaf in leaves]),
                "root": to_hex(tree.root),
                "lastProof": hex_list(tree.prove(last)) if leaves else [],
            }
        )
    return {
        "about": "leaf i is of accounts[i], index i; lastProof is of the last leaf; no leaf: 32 zero bytes",
        "large": large_settlement(1000),
        "chainId": CHAIN_ID,
        "ledger": LEDGER,
        "dataset": to_hex(DATASET),
        "epoch": 4,
        "caseCount": len(cases),
        "cases": cases,
    }


def statements() -> list[tuple[str, Message]]:
    signer = address_of_secret(SECRET)
    commitment = hashes.label_commitment(hashes.label_hash("1"), sample("label salt"))
    annotation = Annotation(
        DATASET,
        sample("item"),
        0,
        commitment,
        sample("lease"),
        signer,
        2**255 + 9007199254740993,
        1_800_000_000,
    )
    return [
        ("annotation", annotation),
        ("agentKey", AgentKey(DATASET, signer, account("agent"), 1_800_000_000, 1_800_043_200)),
        ("receipt", Receipt(DATASET, 41, annotation.struct_hash(), 1_800_000_600)),
        ("join", Join(DATASET, signer, sample("terms"), 60 * 10**18, 3, 1_800_000_000)),
        ("leave", Leave(DATASET, signer, 2**256 - 1, 2**64 - 1)),
    ]


def typed_data_vectors() -> dict[str, Any]:
    ledger, vault = Domain(CHAIN_ID, LEDGER), Domain(CHAIN_ID, VAULT)
    result: dict[str, Any] = {
        "about": "signed by secret key 1; join and leave in the vault's domain, the others in the ledger's",
        "secret": to_hex(SECRET),
        "signer": address_of_secret(SECRET),
        "chainId": CHAIN_ID,
        "ledger": LEDGER,
        "vault": VAULT,
        "ledgerSeparator": to_hex(ledger.separator()),
        "vaultSeparator": to_hex(vault.separator()),
    }
    for name, statement in statements():
        made = digest(vault if name in ("join", "leave") else ledger, statement)
        result[name] = {
            "type": statement.TYPE,
            "typeHash": to_hex(keccak(statement.TYPE.encode())),
            "message": message_json(statement),
            "structHash": to_hex(statement.struct_hash()),
            "digest": to_hex(made),
            "signature": to_hex(sign_digest(made, SECRET)),
        }
    return result


def hashes_vectors() -> dict[str, Any]:
    item, label = {"text": "Zażółć 👩‍🔬 é", "n": 1.0}, "blue"
    item_hash, label_hash = hashes.item_hash(item), hashes.label_hash(label)
    gold = [
        hashes.gold_leaf(7, label_hash, sample("gold salt")),
        hashes.gold_leaf(8, None, sample("gold salt")),
    ]
    return {
        "about": "itemHash = keccak256 of the UTF-8 bytes of itemJson; labelHash likewise",
        "itemJson": canonical(item).decode(),
        "itemHash": to_hex(item_hash),
        "itemSalt": to_hex(sample("item salt")),
        "itemRef": to_hex(hashes.item_ref(item_hash, sample("item salt"))),
        "labelJson": canonical(label).decode(),
        "labelHash": to_hex(label_hash),
        "labelSalt": to_hex(sample("label salt")),
        "labelCommitment": to_hex(hashes.label_commitment(label_hash, sample("label salt"))),
        "goldIndexes": [7, 8],
        "goldLabelHashes": hex_list([label_hash, bytes(32)]),
        "goldSalt": to_hex(sample("gold salt")),
        "goldLeaves": hex_list(gold),
        "voidRow": to_hex(hashes.VOID_ROW),
    }


def dataset_id_vectors() -> dict[str, Any]:
    return {
        "chainId": CHAIN_ID,
        "registry": REGISTRY,
        "publisher": account("publisher"),
        "termsHash": to_hex(sample("terms")),
        "salt": to_hex(sample("dataset salt")),
        "dataset": to_hex(DATASET),
    }


def units_vectors() -> dict[str, Any]:
    cases = [
        ("half a unit each: the total is floored, ties go to the smaller address", [10**9] * 3, [1] * 3, 1),
        ("skills of a real epoch", [430_000_000, 0, 870_000_000, 120_000_000], [108, 108, 60, 1], 10**9),
        ("an epoch of 2^20 rows", [990_000_000] * 2, [2**20 - 1, 1], 9 * 10**12),
    ]
    listed = []
    for name, skills, labels, per_label in cases:
        accounts = sorted((account(f"worker {i}") for i in range(len(skills))), key=str.lower)
        total, units = allot(
            dict(zip(accounts, skills, strict=True)), dict(zip(accounts, labels, strict=True)), per_label
        )
        listed.append(
            {
                "name": name,
                "unitsPerLabel": str(per_label),
                "accounts": accounts,
                "skills": skills,
                "labels": labels,
                "total": str(total),
                "units": [str(units.get(a, 0)) for a in accounts],
            }
        )
    return {"about": "skills in billionths, labels settled", "caseCount": len(listed), "cases": listed}


def splits_vectors() -> dict[str, Any]:
    asked = [(1000, 3000, 500), (1, 3000, 500), (999, 1, 1), (10**18 + 7, 2999, 499), (25_000_000, 0, 0)]
    parts = [split(*entry) for entry in asked]
    return {
        "about": "publisher and treasury floored, holders get the rest",
        "amounts": [str(entry[0]) for entry in asked],
        "publisherBps": [entry[1] for entry in asked],
        "treasuryBps": [entry[2] for entry in asked],
        "holders": [str(part[0]) for part in parts],
        "publisher": [str(part[1]) for part in parts],
        "treasury": [str(part[2]) for part in parts],
    }


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "log_tree.json": log_tree_vectors,
    "settlement_tree.json": settlement_tree_vectors,
    "typed_data.json": typed_data_vectors,
    "hashes.json": hashes_vectors,
    "dataset_id.json": dataset_id_vectors,
    "units.json": units_vectors,
    "splits.json": splits_vectors,
    "revenue.json": revenue_vectors,
}


def render(name: str) -> str:
    return json.dumps(FILES[name](), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        stale = [name for name in FILES if (FOLDER / name).read_text(encoding="utf-8") != render(name)]
        print("stale: " + ", ".join(stale) if stale else f"{len(FILES)} vector files are current")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (FOLDER / name).write_text(render(name), encoding="utf-8")
    print(f"wrote {len(FILES)} files to tests/vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
