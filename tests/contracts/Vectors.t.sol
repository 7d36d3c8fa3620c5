// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../contracts/interfaces/ICoordinatorFaults.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {LogTree} from "../../contracts/libraries/LogTree.sol";
import {Statements} from "../../contracts/libraries/Statements.sol";
import {SettlementTree} from "./support/SettlementTree.sol";
import {Signatures} from "./support/Signatures.sol";
import {World} from "./support/World.sol";
import {stdJson} from "forge-std/StdJson.sol";

/// @notice tests/vectors/*.json, written by the Python twin: Solidity computes the same. (Revenue: VectorsRevenue.t.sol.)
contract VectorsTest is World {
    using stdJson for string;

    function test_vectors__log_tree__roots_and_proofs() public view {
        string memory json = _read("log_tree");
        uint256[] memory sizes = json.readUintArray(".sizes");
        bytes32[] memory roots = json.readBytes32Array(".roots");
        assertEq(sizes.length, 7);
        for (uint256 i = 0; i < sizes.length; ++i) {
            bytes32[] memory rows = new bytes32[](sizes[i]);
            for (uint256 k = 0; k < sizes[i]; ++k) {
                rows[k] = keccak256(abi.encode(k));
            }
            assertEq(LogTree.rootOver(rows), roots[i]);
        }
        uint256 count = json.readUint(".proofCount");
        assertGt(count, 0);
        for (uint256 i = 0; i < count; ++i) {
            _checkProof(json, string.concat(".proofs[", vm.toString(i), "]"));
        }
    }

    function test_vectors__settlement__leaves_roots_and_proofs() public {
        string memory json = _read("settlement_tree");
        assertEq(json.readUint(".chainId"), block.chainid);
        uint256 count = json.readUint(".caseCount");
        assertGt(count, 2);
        for (uint256 i = 0; i < count; ++i) {
            _checkSettlement(json, string.concat(".cases[", vm.toString(i), "]"));
        }
    }

    function test_vectors__settlement__of_1000_accounts() public view {
        string memory json = _read("settlement_tree");
        uint256 count = json.readUint(".large.count");
        assertEq(count, 1000);
        IDatasetShares.ShareClaim memory c;
        c.epoch = uint64(json.readUint(".epoch"));
        bytes32[] memory leaves = new bytes32[](count);
        for (uint32 i = 0; i < count; ++i) {
            (c.index, c.account, c.units) = (i, address(uint160(i) + 1), 1e9 + i);
            leaves[i] = this.hashLeaf(json.readAddress(".ledger"), json.readBytes32(".dataset"), c);
        }
        bytes32 root = json.readBytes32(".large.root");
        assertEq(SettlementTree.root(leaves), root);
        c.proof = json.readBytes32Array(".large.lastProof");
        assertTrue(this.verifyLeaf(json.readAddress(".ledger"), json.readBytes32(".dataset"), c, root));
    }

    function test_vectors__typed_data__struct_hashes_and_digests() public view {
        string memory json = _read("typed_data");
        address ledger_ = json.readAddress(".ledger");
        address vault_ = json.readAddress(".vault");
        assertEq(json.readUint(".chainId"), block.chainid);
        assertEq(Signatures.domain(ledger_), json.readBytes32(".ledgerSeparator"));
        assertEq(Signatures.domain(vault_), json.readBytes32(".vaultSeparator"));
        bytes32 structHash = this.hashAnnotation(_annotation(json));
        _checkStatement(json, ".annotation", ledger_, Statements.ANNOTATION, structHash);
        _checkStatement(json, ".receipt", ledger_, Statements.RECEIPT, this.hashReceipt(_receipt(json)));
        _checkStatement(json, ".join", vault_, Statements.JOIN, this.hashJoin(_join(json)));
        _checkStatement(json, ".leave", vault_, Statements.LEAVE, this.hashLeave(_leave(json)));
    }

    function test_vectors__dataset_id() public {
        string memory json = _read("dataset_id");
        assertEq(json.readUint(".chainId"), block.chainid);
        deployCodeTo("DatasetRegistry.sol:DatasetRegistry", abi.encode(address(access)), json.readAddress(".registry"));
        (bool ok, bytes memory id) = json.readAddress(".registry")
            .staticcall(
                abi.encodeCall(
                    registry.datasetId,
                    (json.readAddress(".publisher"), json.readBytes32(".termsHash"), json.readBytes32(".salt"))
                )
            );
        assertTrue(ok);
        assertEq(abi.decode(id, (bytes32)), json.readBytes32(".dataset"));
    }

    // ---- libraries read calldata

    function verifyRow(bytes32 root, bytes32 row, uint64 index, uint64 count, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return LogTree.verify(root, row, index, count, proof);
    }

    function hashLeaf(address ledger_, bytes32 dataset, IDatasetShares.ShareClaim calldata c)
        external
        view
        returns (bytes32)
    {
        return Leaves.hash(ledger_, dataset, c);
    }

    function verifyLeaf(address ledger_, bytes32 dataset, IDatasetShares.ShareClaim calldata c, bytes32 root)
        external
        view
        returns (bool)
    {
        return Leaves.verify(ledger_, dataset, c, root);
    }

    function hashAnnotation(IAnnotationLedger.Annotation calldata statement) external pure returns (bytes32) {
        return Statements.hash(statement);
    }

    function hashReceipt(ICoordinatorFaults.Receipt calldata receipt) external pure returns (bytes32) {
        return Statements.hash(receipt);
    }

    function hashJoin(IStakeVault.JoinRequest calldata request) external pure returns (bytes32) {
        return Statements.hash(request);
    }

    function hashLeave(IStakeVault.LeaveRequest calldata request) external pure returns (bytes32) {
        return Statements.hash(request);
    }

    // ---- inside

    function _read(string memory name) private view returns (string memory) {
        return vm.readFile(string.concat("tests/vectors/", name, ".json"));
    }

    function _checkProof(string memory json, string memory at_) private view {
        bytes32 root = json.readBytes32(string.concat(at_, ".root"));
        bytes32 row = json.readBytes32(string.concat(at_, ".row"));
        uint64 index = uint64(json.readUint(string.concat(at_, ".index")));
        uint64 count = uint64(json.readUint(string.concat(at_, ".count")));
        bytes32[] memory proof = json.readBytes32Array(string.concat(at_, ".proof"));
        assertTrue(this.verifyRow(root, row, index, count, proof));
        assertFalse(this.verifyRow(root, row, index + 1, count, proof));
        assertFalse(this.verifyRow(root, row, index, count + 1, proof));
        assertFalse(this.verifyRow(root, keccak256("another row"), index, count, proof));
    }

    function _checkSettlement(string memory json, string memory at_) private {
        address[] memory accounts = json.readAddressArray(string.concat(at_, ".accounts"));
        uint256[] memory units = json.readUintArray(string.concat(at_, ".units"));
        uint256[] memory penalties = json.readUintArray(string.concat(at_, ".penalties"));
        bytes32[] memory leaves = json.readBytes32Array(string.concat(at_, ".leaves"));
        bytes32 root = json.readBytes32(string.concat(at_, ".root"));
        address ledger_ = json.readAddress(".ledger");
        bytes32 dataset = json.readBytes32(".dataset");
        IDatasetShares.ShareClaim memory c;
        c.epoch = uint64(json.readUint(".epoch"));
        for (uint32 i = 0; i < accounts.length; ++i) {
            (c.index, c.account, c.units, c.penalty) = (i, accounts[i], uint64(units[i]), uint128(penalties[i]));
            assertEq(this.hashLeaf(ledger_, dataset, c), leaves[i]);
        }
        if (leaves.length == 0) {
            assertEq(root, bytes32(0));
            return;
        }
        assertEq(SettlementTree.root(leaves), root);
        c.proof = json.readBytes32Array(string.concat(at_, ".lastProof"));
        assertTrue(this.verifyLeaf(ledger_, dataset, c, root));
    }

    function _checkStatement(
        string memory json,
        string memory name,
        address contract_,
        bytes32 typeHash,
        bytes32 structHash
    ) private view {
        assertEq(typeHash, json.readBytes32(string.concat(name, ".typeHash")));
        assertEq(structHash, json.readBytes32(string.concat(name, ".structHash")));
        bytes32 digest = Signatures.digest(contract_, structHash);
        assertEq(digest, json.readBytes32(string.concat(name, ".digest")));
        bytes memory signature = Signatures.sign(uint256(json.readBytes32(".secret")), digest);
        assertEq(signature, json.readBytes(string.concat(name, ".signature")));
    }

    function _annotation(string memory json) private pure returns (IAnnotationLedger.Annotation memory) {
        return IAnnotationLedger.Annotation({
            dataset: json.readBytes32(".annotation.message.dataset"),
            itemRef: json.readBytes32(".annotation.message.itemRef"),
            kind: uint8(json.readUint(".annotation.message.kind")),
            labelCommitment: json.readBytes32(".annotation.message.labelCommitment"),
            lease: json.readBytes32(".annotation.message.lease"),
            account: json.readAddress(".annotation.message.account"),
            nonce: json.readUint(".annotation.message.nonce"),
            deadline: uint64(json.readUint(".annotation.message.deadline"))
        });
    }

    function _receipt(string memory json) private pure returns (ICoordinatorFaults.Receipt memory) {
        return ICoordinatorFaults.Receipt({
            dataset: json.readBytes32(".receipt.message.dataset"),
            index: uint64(json.readUint(".receipt.message.index")),
            rowId: json.readBytes32(".receipt.message.rowId"),
            includeBy: uint64(json.readUint(".receipt.message.includeBy"))
        });
    }

    function _join(string memory json) private pure returns (IStakeVault.JoinRequest memory) {
        return IStakeVault.JoinRequest({
            dataset: json.readBytes32(".join.message.dataset"),
            account: json.readAddress(".join.message.account"),
            termsHash: json.readBytes32(".join.message.termsHash"),
            penaltyCap: uint128(json.readUint(".join.message.penaltyCap")),
            nonce: json.readUint(".join.message.nonce"),
            deadline: uint64(json.readUint(".join.message.deadline"))
        });
    }

    function _leave(string memory json) private pure returns (IStakeVault.LeaveRequest memory) {
        return IStakeVault.LeaveRequest({
            dataset: json.readBytes32(".leave.message.dataset"),
            account: json.readAddress(".leave.message.account"),
            nonce: json.readUint(".leave.message.nonce"),
            deadline: uint64(json.readUint(".leave.message.deadline"))
        });
    }
}
