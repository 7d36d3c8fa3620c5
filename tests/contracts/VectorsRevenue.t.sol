// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {RevenueMath} from "../../contracts/libraries/RevenueMath.sol";
import {Terms} from "../../contracts/types.sol";
import {SettlementTree} from "./support/SettlementTree.sol";
import {World} from "./support/World.sol";
import {stdJson} from "forge-std/StdJson.sol";

/// @notice Sequences of tests/vectors/revenue.json, step by step: the contract's slots equal the Python model's, bit by bit.
/// Epochs are opened in the ledger's name, since the sequences also use supplies that no ledger would let through.
contract VectorsRevenueTest is World {
    using stdJson for string;

    uint256 private constant OPEN = 0;
    uint256 private constant CLAIM_SHARES = 1;
    uint256 private constant PAY = 2;
    uint256 private constant TRANSFER = 3;

    struct Sequence {
        address[] accounts;
        uint256[] ops;
        uint256[] a;
        uint256[] b;
        uint256[] epochs;
        uint256[] amounts;
    }

    DatasetShares internal shares;
    bytes32 internal dataset;
    Sequence internal sequence;
    mapping(uint256 epoch => Part[]) internal partsOf;
    mapping(uint256 epoch => uint32) internal nextIndex;

    function test_vectors__revenue__every_step_of_every_sequence_P1() public {
        string memory json = vm.readFile("tests/vectors/revenue.json");
        assertEq(json.readUint(".scale"), RevenueMath.S);
        uint256 count = json.readUint(".sequenceCount");
        assertGt(count, 2);
        for (uint256 i = 0; i < count; ++i) {
            uint256 before = vm.snapshotState();
            _run(json, string.concat(".sequences[", vm.toString(i), "]"));
            vm.revertToState(before);
        }
    }

    function test_vectors__splits__of_every_payment_P1() public {
        string memory json = vm.readFile("tests/vectors/splits.json");
        uint256[] memory amounts = json.readUintArray(".amounts");
        assertGt(amounts.length, 0);
        for (uint256 i = 0; i < amounts.length; ++i) {
            Terms memory terms = defaultTerms();
            terms.publisherBps = uint16(json.readUintArray(".publisherBps")[i]);
            terms.treasuryBps = uint16(json.readUintArray(".treasuryBps")[i]);
            terms.priceFloor = 1;
            vm.prank(publisher);
            bytes32 sold = registry.createDataset(terms, bytes32(i), "");
            earnEpoch(sold, parts1(alice, 1e9));
            setPrice(sold, 0, uint128(amounts[i]));
            uint256 toPublisher = market.creditOf(address(usd), publisher);
            uint256 toTreasury = market.creditOf(address(usd), treasury);
            buy(sold, uint128(amounts[i]));
            assertEq(market.creditOf(address(usd), publisher) - toPublisher, json.readUintArray(".publisher")[i]);
            assertEq(market.creditOf(address(usd), treasury) - toTreasury, json.readUintArray(".treasury")[i]);
            assertEq(usd.balanceOf(address(sharesOf(sold))), json.readUintArray(".holders")[i]);
        }
    }

    function _run(string memory json, string memory at_) private {
        sequence = Sequence({
            accounts: json.readAddressArray(string.concat(at_, ".accounts")),
            ops: json.readUintArray(string.concat(at_, ".ops")),
            a: json.readUintArray(string.concat(at_, ".a")),
            b: json.readUintArray(string.concat(at_, ".b")),
            epochs: json.readUintArray(string.concat(at_, ".epochs")),
            amounts: json.readUintArray(string.concat(at_, ".amounts"))
        });
        dataset = newDataset();
        shares = sharesOf(dataset);
        for (uint256 i = 0; i < sequence.ops.length; ++i) {
            if (sequence.ops[i] != CLAIM_SHARES) continue;
            partsOf[sequence.epochs[i]].push(Part(sequence.accounts[sequence.a[i]], uint64(sequence.amounts[i])));
        }
        _checkSteps(
            json.readUintArray(string.concat(at_, ".paidOut")),
            _columns(json, at_, "a"),
            _columns(json, at_, "b"),
            _poolColumns(json, at_)
        );
        uint256[] memory claimable = json.readUintArray(string.concat(at_, ".claimable"));
        for (uint256 i = 0; i < claimable.length; ++i) {
            assertEq(shares.claimable(sequence.accounts[i]), claimable[i]);
        }
    }

    function _checkSteps(
        uint256[] memory paidOut,
        uint256[][4] memory ofA,
        uint256[][4] memory ofB,
        uint256[][3] memory ofPool
    ) private {
        for (uint256 i = 0; i < sequence.ops.length; ++i) {
            assertEq(_step(i), paidOut[i]);
            _checkHolder(sequence.accounts[sequence.a[i]], ofA, i);
            _checkHolder(sequence.accounts[sequence.b[i]], ofB, i);
            (uint128 acc, uint64 supply, uint64 rem) = shares.pool();
            assertEq(acc, ofPool[0][i]);
            assertEq(supply, ofPool[1][i]);
            assertEq(rem, ofPool[2][i]);
        }
    }

    function _step(uint256 i) private returns (uint256) {
        (uint256 op, uint256 epoch, uint256 amount) = (sequence.ops[i], sequence.epochs[i], sequence.amounts[i]);
        address a = sequence.accounts[sequence.a[i]];
        if (op == OPEN) _open(epoch, uint64(amount));
        else if (op == CLAIM_SHARES) claimPart(dataset, uint64(epoch), partsOf[epoch], nextIndex[epoch]++);
        else if (op == PAY) pay(dataset, amount);
        else if (op == TRANSFER) move(shares, a, sequence.accounts[sequence.b[i]], amount);
        else return shares.claimFor(a);
        return 0;
    }

    function _open(uint256 epoch, uint64 total) private {
        Part[] memory parts = partsOf[epoch];
        bytes32 root = parts.length == 0 ? bytes32(0) : SettlementTree.root(leavesOf(dataset, uint64(epoch), parts));
        vm.prank(address(ledger));
        shares.openEpoch(uint64(epoch), root, total, uint32(parts.length));
    }

    function _checkHolder(address account, uint256[][4] memory columns, uint256 i) private view {
        (uint128 accPaid, uint64 balance, uint64 frac, uint256 owed) = shares.holder(account);
        assertEq(accPaid, columns[0][i]);
        assertEq(balance, columns[1][i]);
        assertEq(frac, columns[2][i]);
        assertEq(owed, columns[3][i]);
    }

    function _columns(string memory json, string memory at_, string memory who)
        private
        pure
        returns (uint256[][4] memory columns)
    {
        string[4] memory names = ["AccPaid", "Balance", "Frac", "Owed"];
        for (uint256 k = 0; k < 4; ++k) {
            columns[k] = json.readUintArray(string.concat(at_, ".", who, names[k]));
        }
    }

    function _poolColumns(string memory json, string memory at_) private pure returns (uint256[][3] memory columns) {
        string[3] memory names = ["acc", "supply", "rem"];
        for (uint256 k = 0; k < 3; ++k) {
            columns[k] = json.readUintArray(string.concat(at_, ".", names[k]));
        }
    }
}
