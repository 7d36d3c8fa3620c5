"""A contributor with a client of her own: nothing of Cota's code, only HTTP, eth-account and what docs/signing.md says.

    python docs/examples/by_hand.py API DATASET KEYFILE

Joins, labels what she is leased by an agent key, checks each receipt, then waits for the log and checks each proof.
"""

import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_utils import keccak

TYPES = {
    "EIP712Domain": "string name,string version,uint256 chainId,address verifyingContract",
    "Join": "bytes32 dataset,address account,bytes32 termsHash,uint128 penaltyCap,uint256 nonce,uint64 deadline",
    "AgentKey": "bytes32 dataset,address account,address agent,uint64 notBefore,uint64 notAfter",
    "Annotation": "bytes32 dataset,bytes32 itemRef,uint8 kind,bytes32 labelCommitment,bytes32 lease,address account,"
    "uint256 nonce,uint64 deadline",
    "Receipt": "bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy",
}


def statement(kind: str, chain: int, contract: str, message: dict[str, Any]) -> SignableMessage:
    """Its `body` is the struct hash."""
    members = {
        name: [dict(zip(("type", "name"), one.split(" "), strict=True)) for one in TYPES[name].split(",")]
        for name in ("EIP712Domain", kind)
    }
    domain = {"name": "Cota", "version": "1", "chainId": chain, "verifyingContract": contract}
    return encode_typed_data(
        full_message={"types": members, "primaryType": kind, "domain": domain, "message": message}
    )


def signature(account: Any, message: SignableMessage) -> str:
    return "0x" + bytes(account.sign_message(message).signature).hex()


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def canonical(value: Any) -> bytes:
    """RFC 8785 of what labels are made of: texts and whole numbers, in lists and objects with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def root_of(row: bytes, position: int, count: int, proof: list[bytes]) -> bytes:
    """The root of the log that a proof leads to (docs/signing.md)."""
    node, last, left = keccak(b"\x00" + row), count - 1, list(proof)
    while last:
        # The last node of an odd level has no sibling: it goes up unchanged.
        if position % 2:
            node = keccak(b"\x01" + left.pop(0) + node)
        elif position < last:
            node = keccak(b"\x01" + node + left.pop(0))
        position, last = position // 2, last // 2
    assert not left, "the proof is too long"
    return keccak(b"\x02" + count.to_bytes(8, "big") + node)


class Api:
    def __init__(self, url: str) -> None:
        self.url, self.token = url, ""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON; of a refusal, the problem."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        status, told = self.call(method, path, body)
        assert status < 400, told
        return told


def sign_in(api: Api, account: Any) -> None:
    asked = api.done("POST", "/v1/auth/nonce")
    text = (
        f"{asked['domain']} wants you to sign in with your Ethereum account:\n{account.address}\n\n\n"
        f"URI: {asked['uri']}\nVersion: 1\nChain ID: {asked['chain_id']}\nNonce: {asked['nonce']}\n"
        f"Issued At: {asked['time']}"
    )
    body = {"message": text, "signature": signature(account, encode_defunct(text=text))}
    api.token = api.done("POST", "/v1/auth/sign-in", body)["token"]


def main(url: str, dataset: str, key_file: str) -> None:
    api, account = Api(url), Account.from_key(Path(key_file).read_text().strip())
    chain = api.done("GET", "/v1/status")["chain_id"]
    told = api.done("GET", f"/v1/datasets/{dataset}")
    ledger, vault, cap = told["ledger"], told["vault"], told["terms"]["penalty_cap"]
    sign_in(api, account)

    nonce, deadline = secrets.randbits(128), int(time.time()) + 300
    join = {
        "dataset": dataset,
        "account": account.address,
        "termsHash": told["terms_hash"],
        "penaltyCap": int(cap),
    }
    signed = signature(
        account, statement("Join", chain, vault, {**join, "nonce": nonce, "deadline": deadline})
    )
    # The text of GET /v1/consent says what joining makes public.
    body = {
        "account": account.address,
        "terms_hash": told["terms_hash"],
        "penalty_cap": cap,
        "nonce": str(nonce),
    }
    body |= {"deadline": deadline, "signature": signed, "consent": True}
    joined = api.done("POST", f"/v1/datasets/{dataset}/join", body)
    api.done("GET", f"/v1/accounts/{account.address}?min_block={joined['block_number']}")

    agent, now = Account.create(), int(time.time())
    key = {"dataset": dataset, "account": account.address, "agent": agent.address}
    allowed = statement("AgentKey", chain, ledger, {**key, "notBefore": now, "notAfter": now + 3600})
    body = {**key, "not_before": now, "not_after": now + 3600, "signature": signature(account, allowed)}
    agent_key = api.done("POST", "/v1/agent-keys", body)["digest"]

    receipts = []
    while True:
        status, answer = api.call("POST", f"/v1/datasets/{dataset}/leases", {"count": 50})
        if status == 404 and answer["type"] == "/problems/no-task":
            break
        assert status == 200, answer
        for lease in answer["leases"]:
            # Your own judgement goes here. The example's items say what they show.
            label, salt = lease["item"]["content"]["truth"], secrets.token_bytes(32)
            commitment = "0x" + keccak(keccak(canonical(label)) + salt).hex()
            nonce, deadline = secrets.randbits(128), int(time.time()) + 300
            row = {
                "dataset": dataset,
                "itemRef": lease["item"]["item_ref"],
                "kind": 0,
                "labelCommitment": commitment,
            }
            row |= {"lease": lease["id"], "account": account.address, "nonce": nonce, "deadline": deadline}
            message = statement("Annotation", chain, ledger, row)
            given = {
                "item_ref": row["itemRef"],
                "kind": 0,
                "label_commitment": commitment,
                "lease": lease["id"],
            }
            given |= {"account": account.address, "nonce": str(nonce), "deadline": deadline}
            body = {
                "annotation": given,
                "label": label,
                "label_salt": "0x" + salt.hex(),
                "agent_key_digest": agent_key,
            }
            body["signature"] = signature(agent, message)
            receipt = api.done("POST", f"/v1/datasets/{dataset}/annotations", body)["receipt"]
            # Sent again, as after a lost answer: the same receipt.
            assert api.done("POST", f"/v1/datasets/{dataset}/annotations", body)["receipt"] == receipt
            assert receipt["row_id"] == "0x" + message.body.hex(), "a receipt of another row"
            promise = {"dataset": dataset, "index": receipt["index"], "rowId": receipt["row_id"]}
            promise["includeBy"] = receipt["include_by"]
            signer = Account.recover_message(
                statement("Receipt", chain, ledger, promise), signature=receipt["signature"]
            )
            # Whose key it is stands on chain (CoordinatorDesk); whoever has no node asks the status.
            assert signer == receipt["key"] == api.done("GET", "/v1/status")["receipt_key"]
            receipts.append(receipt)
    print(f"{len(receipts)} labels delivered, each with a receipt checked by hand")

    for receipt in receipts:
        status, proven = api.call("GET", f"/v1/annotations/{receipt['row_id']}/inclusion")
        while status == 503 and time.time() < receipt["include_by"]:
            time.sleep(1)
            status, proven = api.call("GET", f"/v1/annotations/{receipt['row_id']}/inclusion")
        assert status == 200, proven
        assert receipt["index"] == proven["index"] == proven["from_index"] + proven["position"]
        proof = [raw(one) for one in proven["proof"]]
        assert root_of(raw(receipt["row_id"]), proven["position"], proven["count"], proof) == raw(
            proven["log_root"]
        )
    # The root itself is on chain: `checkpoints` of the ledger.
    print(f"{len(receipts)} rows in the log, each with a proof checked by hand")


if __name__ == "__main__":
    main(*sys.argv[1:])
