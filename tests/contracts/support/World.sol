// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {AnnotationLedger} from "../../../contracts/AnnotationLedger.sol";
import {CoordinatorFaults} from "../../../contracts/CoordinatorFaults.sol";
import {CotaToken} from "../../../contracts/CotaToken.sol";
import {CredentialRegistry} from "../../../contracts/CredentialRegistry.sol";
import {DatasetRegistry} from "../../../contracts/DatasetRegistry.sol";
import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {LicenseMarket} from "../../../contracts/LicenseMarket.sol";
import {StakeVault} from "../../../contracts/StakeVault.sol";
import {Successions} from "../../../contracts/Successions.sol";
import {TestDollar} from "../../../contracts/TestDollar.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {PreviewPolicy, Terms, TransferPolicy} from "../../../contracts/types.sol";
import {Party} from "./Party.sol";
import {SettlementTree} from "./SettlementTree.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A whole deployment, and the common moves in it, told the way a user would.
abstract contract World is Test {
    address internal admin = makeAddr("admin");
    address internal treasury = makeAddr("treasury");
    address internal publisher = makeAddr("publisher");
    address internal coordinator = makeAddr("coordinator");
    address internal successor = makeAddr("successor");
    address internal payer = makeAddr("payer");
    address internal buyer = makeAddr("buyer");
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal carol = makeAddr("carol");

    CotaToken internal cota;
    TestDollar internal usd;
    AccessManager internal access;
    DatasetRegistry internal registry;
    DatasetShares internal implementation;
    AnnotationLedger internal ledger;
    CredentialRegistry internal credentials;
    StakeVault internal vault;
    LicenseMarket internal market;
    Successions internal successions;
    address internal court;
    CoordinatorFaults internal faults;
    address internal deliveries;

    /// @dev What an epoch gives to one account.
    struct Part {
        address account;
        uint64 units;
    }

    function setUp() public virtual {
        vm.warp(1_750_000_000);
        cota = new CotaToken(admin);
        usd = new TestDollar();
        access = new AccessManager(admin);
        registry = new DatasetRegistry(address(access));
        successions = new Successions();
        implementation = new DatasetShares(address(successions));
        ledger = new AnnotationLedger(address(registry), address(cota));
        credentials = new CredentialRegistry(address(access));
        vault = new StakeVault(address(registry), address(ledger), address(cota), address(credentials));
        market = new LicenseMarket(address(registry), treasury, address(access));
        court = address(new Party(address(registry), address(ledger)));
        faults = new CoordinatorFaults(address(registry), address(ledger));
        deliveries = address(new Party(address(registry), address(ledger)));
        vm.startPrank(admin);
        registry.addVersion(
            IDatasetRegistry.Version(
                address(ledger),
                address(vault),
                address(market),
                address(implementation),
                court,
                address(faults),
                deliveries
            )
        );
        registry.allowPaymentToken(address(usd), true);
        assertTrue(cota.transfer(coordinator, 1_000_000e18));
        vm.stopPrank();
        vm.startPrank(coordinator);
        cota.approve(address(ledger), type(uint256).max);
        ledger.depositBond(coordinator, 100_000e18);
        vm.stopPrank();
    }

    // ---- datasets

    function defaultTerms() internal view returns (Terms memory terms) {
        terms.publisher = publisher;
        terms.publisherBps = 2000;
        terms.treasuryBps = 250;
        terms.supplyCap = 1e19;
        terms.coordinator = coordinator;
        terms.unitsPerLabel = 1e9;
        terms.challengeWindow = 1 days;
        terms.successor = successor;
        terms.settlePeriod = 7 days;
        terms.receiptPeriod = 1 hours;
        terms.checkpointPeriod = 3 days;
        terms.paymentToken = address(usd);
        terms.responsePeriod = 1 days;
        terms.claimPeriod = 2 days;
        terms.appealPeriod = 3 days;
        terms.priceFloor = 10e6;
        terms.stake = 100e18;
        terms.penaltyCap = 60e18;
        terms.proposerBond = 1000e18;
        terms.penaltyPeriod = 5 days;
        terms.priceDelay = 1 days;
        terms.licenseTerm = 365 days;
        terms.seats = 3;
        terms.transferPolicy = TransferPolicy.Open;
        terms.previewPolicy = PreviewPolicy.None;
        terms.rulesHash = keccak256("rules");
        terms.schemaHash = keccak256("schema");
        terms.drawCommitment = keccak256("draw");
    }

    function newDataset() internal returns (bytes32) {
        return newDataset(defaultTerms());
    }

    function newDataset(Terms memory terms) internal returns (bytes32) {
        vm.prank(terms.publisher);
        return registry.createDataset(terms, bytes32(0), "ipfs://description");
    }

    function sharesOf(bytes32 dataset) internal view returns (DatasetShares) {
        return DatasetShares(registry.sharesOf(dataset));
    }

    // ---- epochs

    /// @notice Logs as many rows as the units and the leaves need at least, and proposes the parts.
    function proposeEpoch(bytes32 dataset, Part[] memory parts) internal returns (uint64 number) {
        uint64 total = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            total += parts[i].units;
        }
        uint256 unitsPerLabel = registry.termsOf(dataset).unitsPerLabel;
        uint64 rows = uint64((total + unitsPerLabel - 1) / unitsPerLabel);
        number = logRows(dataset, rows < parts.length ? uint64(parts.length) : rows);
        bytes32 root = parts.length == 0 ? bytes32(0) : SettlementTree.root(leavesOf(dataset, number, parts));
        vm.prank(coordinator);
        ledger.propose(dataset, number, root, total, uint32(parts.length), keccak256("file"));
    }

    function logRows(bytes32 dataset, uint64 rows) internal returns (uint64 number) {
        uint64 last = ledger.checkpointCount(dataset);
        uint64 to = last == 0 ? 0 : ledger.checkpointOf(dataset, last).to;
        vm.prank(coordinator);
        return ledger.checkpoint(dataset, to + rows, keccak256("log"), keccak256("data"));
    }

    function finalizeEpoch(bytes32 dataset, uint64 number) internal {
        vm.warp(ledger.proposalOf(dataset, number).windowEndsAt);
        ledger.finalize(dataset, number);
    }

    /// @notice A settled epoch whose shares nobody has claimed.
    function settleEpoch(bytes32 dataset, Part[] memory parts) internal returns (uint64 number) {
        number = proposeEpoch(dataset, parts);
        finalizeEpoch(dataset, number);
    }

    /// @notice A settled epoch whose shares everybody has claimed.
    function earnEpoch(bytes32 dataset, Part[] memory parts) internal returns (uint64 number) {
        number = settleEpoch(dataset, parts);
        for (uint32 i = 0; i < parts.length; ++i) {
            claimPart(dataset, number, parts, i);
        }
    }

    function leavesOf(bytes32 dataset, uint64 epoch, Part[] memory parts) internal view returns (bytes32[] memory out) {
        out = new bytes32[](parts.length);
        for (uint32 i = 0; i < parts.length; ++i) {
            out[i] = leafOf(dataset, epoch, i, parts[i]);
        }
    }

    function leafOf(bytes32 dataset, uint64 epoch, uint32 index, Part memory part) internal view returns (bytes32) {
        uint128 penalty = 0;
        bytes memory leaf =
            abi.encode(block.chainid, address(ledger), dataset, epoch, index, part.account, part.units, penalty);
        return keccak256(abi.encode(keccak256(leaf)));
    }

    function shareClaim(bytes32 dataset, uint64 epoch, Part[] memory parts, uint32 index)
        internal
        view
        returns (IDatasetShares.ShareClaim[] memory claims)
    {
        bytes32[] memory proof =
            SettlementTree.prove(leavesOf(dataset, epoch, parts), leafOf(dataset, epoch, index, parts[index]));
        claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = IDatasetShares.ShareClaim(epoch, index, parts[index].account, parts[index].units, 0, proof);
    }

    function claimPart(bytes32 dataset, uint64 epoch, Part[] memory parts, uint32 index) internal {
        sharesOf(dataset).claimShares(shareClaim(dataset, epoch, parts, index));
    }

    function parts1(address a, uint64 unitsA) internal pure returns (Part[] memory parts) {
        parts = new Part[](1);
        parts[0] = Part(a, unitsA);
    }

    function parts2(address a, uint64 unitsA, address b, uint64 unitsB) internal pure returns (Part[] memory parts) {
        parts = new Part[](2);
        parts[0] = Part(a, unitsA);
        parts[1] = Part(b, unitsB);
    }

    function parts3(address a, uint64 unitsA, address b, uint64 unitsB, address c, uint64 unitsC)
        internal
        pure
        returns (Part[] memory parts)
    {
        parts = new Part[](3);
        parts[0] = Part(a, unitsA);
        parts[1] = Part(b, unitsB);
        parts[2] = Part(c, unitsC);
    }

    // ---- money

    function pay(bytes32 dataset, uint256 amount) internal {
        DatasetShares shares = sharesOf(dataset);
        usd.mint(payer, amount);
        vm.startPrank(payer);
        usd.approve(address(shares), amount);
        shares.pay(amount);
        vm.stopPrank();
    }

    /// @notice Moves shares and takes no silent refusal for an answer.
    function move(DatasetShares shares, address from, address to, uint256 amount) internal {
        vm.prank(from);
        assertTrue(shares.transfer(to, amount));
    }

    function moveReverts(bytes memory reason, DatasetShares shares, address from, address to, uint256 amount) internal {
        vm.prank(from);
        vm.expectRevert(reason);
        assertFalse(shares.transfer(to, amount));
    }

    function setPrice(bytes32 dataset, uint8 class, uint128 price) internal {
        vm.prank(publisher);
        market.setPrice(dataset, class, price);
    }

    function order(bytes32 dataset, uint128 maxPrice) internal view returns (ILicenseMarket.Order memory) {
        return ILicenseMarket.Order(
            dataset, 0, maxPrice, registry.termsHashOf(dataset), uint64(block.timestamp + 1 hours), buyer
        );
    }

    function buy(bytes32 dataset, uint128 price) internal returns (uint256 license) {
        ILicenseMarket.Order memory o = order(dataset, price);
        usd.mint(buyer, price);
        vm.startPrank(buyer);
        usd.approve(address(market), price);
        license = market.buy(o);
        vm.stopPrank();
    }

    // ---- stakes

    function giveStake(address account, uint256 amount) internal {
        vm.startPrank(admin);
        cota.approve(address(vault), amount);
        vault.deposit(account, amount);
        vm.stopPrank();
    }

    function joinRequest(bytes32 dataset, address account) internal view returns (IStakeVault.JoinRequest memory) {
        return IStakeVault.JoinRequest({
            dataset: dataset,
            account: account,
            termsHash: registry.termsHashOf(dataset),
            penaltyCap: registry.termsOf(dataset).penaltyCap,
            nonce: 1,
            deadline: uint64(block.timestamp + 1 hours)
        });
    }

    function leaveRequest(bytes32 dataset, address account) internal view returns (IStakeVault.LeaveRequest memory) {
        return IStakeVault.LeaveRequest(dataset, account, 2, uint64(block.timestamp + 1 hours));
    }

    function join(bytes32 dataset, address account) internal {
        giveStake(account, registry.termsOf(dataset).stake);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, account);
        vm.prank(account);
        vault.join(request, "", false);
    }

    function depart(bytes32 dataset, address account) internal {
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, account);
        vm.prank(account);
        vault.leave(request, "");
    }
}
