// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AnnotationLedger} from "../../contracts/AnnotationLedger.sol";
import {DatasetRegistry} from "../../contracts/DatasetRegistry.sol";
import {LicenseMarket} from "../../contracts/LicenseMarket.sol";
import {StakeVault} from "../../contracts/StakeVault.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetState, SharesConfig, Terms} from "../../contracts/types.sol";
import {Party} from "./support/Party.sol";
import {World} from "./support/World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice Datasets are made by their publishers, from terms within bounds, and stay with their contracts.
contract DatasetRegistryTest is World {
    bytes32 private constant SALT = "salt";
    bytes32 private constant NONE = "none";

    function test_create_dataset__freezes_terms_and_makes_shares() public {
        Terms memory terms = defaultTerms();
        bytes32 termsHash = keccak256(abi.encode(terms));
        bytes32 expected = keccak256(abi.encode(block.chainid, address(registry), publisher, termsHash, SALT));
        vm.prank(publisher);
        bytes32 dataset = registry.createDataset(terms, "salt", "uri");
        assertEq(dataset, expected);
        assertEq(dataset, registry.datasetId(publisher, termsHash, "salt"));
        assertEq(registry.termsHashOf(dataset), termsHash);
        assertEq(keccak256(abi.encode(registry.termsOf(dataset))), termsHash);
        assertEq(uint8(registry.stateOf(dataset)), uint8(DatasetState.Open));
        assertEq(registry.versionOf(dataset), 1);
        SharesConfig memory c = sharesOf(dataset).config();
        assertEq(c.dataset, dataset);
        assertEq(c.termsHash, termsHash);
        assertEq(c.ledger, address(ledger));
        assertEq(c.market, address(market));
        assertEq(c.registry, address(registry));
        assertEq(c.paymentToken, address(usd));
        assertEq(c.publisher, publisher);
        assertEq(c.publisherBps, 2000);
        assertEq(c.treasuryBps, 250);
        assertEq(c.licenseTerm, 365 days);
        assertEq(c.supplyCap, 1e19);
    }

    function test_create_dataset__emits_its_terms() public {
        Terms memory terms = defaultTerms();
        bytes32 dataset = registry.datasetId(publisher, keccak256(abi.encode(terms)), "salt");
        vm.expectEmit(true, true, false, false, address(registry));
        emit IDatasetRegistry.DatasetCreated(dataset, publisher, address(0), 1, 0, "", "");
        vm.prank(publisher);
        registry.createDataset(terms, "salt", "uri");
    }

    function test_create_dataset__twice__reverts_and_another_salt_works() public {
        bytes32 dataset = newDataset();
        Terms memory terms = defaultTerms();
        vm.startPrank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetExists.selector, dataset));
        registry.createDataset(terms, 0, "");
        assertNotEq(registry.createDataset(terms, "other", ""), dataset);
    }

    function test_create_dataset__with_a_token_not_allowed__reverts() public {
        Terms memory terms = defaultTerms();
        terms.paymentToken = address(cota);
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.PaymentTokenNotAllowed.selector, address(cota)));
        registry.createDataset(terms, 0, "");
    }

    function test_create_dataset__before_any_version__reverts() public {
        DatasetRegistry fresh = new DatasetRegistry(address(access));
        vm.prank(admin);
        fresh.allowPaymentToken(address(usd), true);
        vm.prank(publisher);
        vm.expectRevert(IDatasetRegistry.NoVersion.selector);
        fresh.createDataset(defaultTerms(), 0, "");
    }

    function test_create_dataset__terms_out_of_bounds__name_the_term() public {
        Terms memory t = defaultTerms();
        t.publisherBps = 3001;
        _refused(t, "publisherBps");
        t = defaultTerms();
        t.treasuryBps = 501;
        _refused(t, "treasuryBps");
        t = defaultTerms();
        t.supplyCap = 1e19 + 1;
        _refused(t, "supplyCap");
        t.supplyCap = 1e9 - 1;
        _refused(t, "supplyCap");
        t = defaultTerms();
        t.unitsPerLabel = 0;
        _refused(t, "unitsPerLabel");
        t = defaultTerms();
        (t.supplyCap, t.unitsPerLabel) = (1e9, 1e9 + 1);
        _refused(t, "unitsPerLabel");
        t = defaultTerms();
        t.priceFloor = 0;
        _refused(t, "priceFloor");
        t = defaultTerms();
        t.penaltyCap = t.stake + 1;
        _refused(t, "penaltyCap");
        t = defaultTerms();
        t.proposerBond = uint128(type(uint96).max) + 1;
        _refused(t, "proposerBond");
        t = defaultTerms();
        t.appealPeriod = t.penaltyPeriod + 1;
        _refused(t, "penaltyPeriod");
        t = defaultTerms();
        t.settlePeriod = t.challengeWindow;
        _refused(t, "settlePeriod");
        t = defaultTerms();
        t.receiptPeriod = 7 days + 1;
        _refused(t, "receiptPeriod");
        t = defaultTerms();
        t.claimPeriod = 60 days + 1;
        _refused(t, "claimPeriod");
        t = defaultTerms();
        t.responsePeriod = 30 days + 1;
        _refused(t, "responsePeriod");
    }

    function test_create_dataset__terms_missing__name_the_term() public {
        Terms memory t = defaultTerms();
        t.coordinator = address(0);
        _refused(t, "coordinator");
        t = defaultTerms();
        t.successor = address(0);
        _refused(t, "successor");
        t = defaultTerms();
        t.credential = "radiologist";
        _refused(t, "credential");
        t = defaultTerms();
        t.rulesHash = 0;
        _refused(t, "rulesHash");
        t = defaultTerms();
        t.schemaHash = 0;
        _refused(t, "schemaHash");
        t = defaultTerms();
        t.seats = 0;
        _refused(t, "seats");
    }

    function test_add_batch__counts_items_from_zero_and_batches_from_one() public {
        bytes32 dataset = newDataset();
        vm.startPrank(publisher);
        vm.expectEmit(address(registry));
        emit IDatasetRegistry.BatchAdded(dataset, 1, "items", "gold", 0, 10);
        assertEq(registry.addBatch(dataset, "items", "gold", 10), 1);
        assertEq(registry.addBatch(dataset, "items2", "gold2", 5), 2);
        assertEq(registry.itemCount(dataset), 15);
        assertEq(registry.batchCount(dataset), 2);
        IDatasetRegistry.Batch memory second = registry.batchOf(dataset, 2);
        assertEq(second.firstItem, 10);
        assertEq(second.count, 5);
        assertEq(second.itemsRoot, "items2");
        assertEq(second.goldRoot, "gold2");
    }

    function test_add_batch__malformed__reverts() public {
        bytes32 dataset = newDataset();
        vm.startPrank(publisher);
        _badBatch(dataset, 0, "gold", 1);
        _badBatch(dataset, "items", 0, 1);
        _badBatch(dataset, "items", "gold", 0);
        _badBatch(dataset, "items", "gold", (1 << 20) + 1);
    }

    function test_add_batch__by_another_or_while_not_open__reverts() public {
        bytes32 dataset = newDataset();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.NotPublisher.selector, dataset, alice, publisher));
        registry.addBatch(dataset, "items", "gold", 1);
        vm.startPrank(publisher);
        registry.setState(dataset, DatasetState.Paused);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.WrongState.selector, dataset, DatasetState.Paused));
        registry.addBatch(dataset, "items", "gold", 1);
    }

    function test_set_state__follows_the_life_of_a_dataset() public {
        bytes32 dataset = newDataset();
        vm.startPrank(publisher);
        _forbidden(dataset, DatasetState.None);
        _forbidden(dataset, DatasetState.Open);
        _forbidden(dataset, DatasetState.Archived);
        registry.setState(dataset, DatasetState.Paused);
        _forbidden(dataset, DatasetState.Archived);
        registry.setState(dataset, DatasetState.Open);
        registry.setState(dataset, DatasetState.Paused);
        registry.setState(dataset, DatasetState.Closed);
        _forbidden(dataset, DatasetState.Open);
        _forbidden(dataset, DatasetState.Paused);
        vm.expectEmit(address(registry));
        emit IDatasetRegistry.DatasetStateChanged(dataset, DatasetState.Archived);
        registry.setState(dataset, DatasetState.Archived);
        _forbidden(dataset, DatasetState.Closed);
    }

    function test_set_state__by_another_or_unknown__reverts() public {
        bytes32 dataset = newDataset();
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.NotPublisher.selector, dataset, coordinator, publisher));
        registry.setState(dataset, DatasetState.Paused);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownDataset.selector, NONE));
        registry.setState("none", DatasetState.Paused);
    }

    function test_versions__serve_new_datasets_while_old_ones_stay() public {
        bytes32 old = newDataset();
        AnnotationLedger ledger2 = new AnnotationLedger(address(registry), address(cota));
        StakeVault vault2 = new StakeVault(address(registry), address(ledger2), address(cota), address(credentials));
        LicenseMarket market2 = new LicenseMarket(address(registry), treasury, address(access));
        vm.prank(admin);
        registry.addVersion(
            IDatasetRegistry.Version(
                address(ledger2),
                address(vault2),
                address(market2),
                address(implementation),
                address(0),
                address(0),
                address(0)
            )
        );
        Terms memory terms = defaultTerms();
        vm.prank(publisher);
        bytes32 young = registry.createDataset(terms, "2", "");
        assertEq(registry.servingOf(old).ledger, address(ledger));
        assertEq(registry.servingOf(young).ledger, address(ledger2));
        assertEq(registry.version(2).vault, address(vault2));
        assertEq(sharesOf(young).market(), address(market2));
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownVersion.selector, 3));
        registry.version(3);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownVersion.selector, 0));
        registry.version(0);
    }

    function test_versions__wired_wrongly__are_refused() public {
        DatasetRegistry other = new DatasetRegistry(address(access));
        AnnotationLedger ledger2 = new AnnotationLedger(address(other), address(cota));
        vm.startPrank(admin);
        IDatasetRegistry.Version memory v = IDatasetRegistry.Version(
            address(ledger2),
            address(vault),
            address(market),
            address(implementation),
            address(0),
            address(0),
            address(0)
        );
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidVersion.selector, address(ledger2)));
        registry.addVersion(v);
        v.ledger = address(new AnnotationLedger(address(registry), address(cota)));
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidVersion.selector, address(vault)));
        registry.addVersion(v);
        v.ledger = address(ledger);
        v.market = alice;
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidVersion.selector, alice));
        registry.addVersion(v);
        v.market = address(market);
        v.sharesImplementation = bob;
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidVersion.selector, bob));
        registry.addVersion(v);
    }

    function test_versions__court_faults_and_deliveries_serve_another_ledger__are_refused() public {
        address other = address(new Party(address(registry), address(vault)));
        for (uint256 i = 0; i < 3; ++i) {
            address[3] memory parties = [court, address(faults), deliveries];
            parties[i] = other;
            IDatasetRegistry.Version memory v = IDatasetRegistry.Version(
                address(ledger),
                address(vault),
                address(market),
                address(implementation),
                parties[0],
                parties[1],
                parties[2]
            );
            vm.prank(admin);
            vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidVersion.selector, other));
            registry.addVersion(v);
        }
    }

    function test_restricted__only_whom_the_access_manager_allows() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice);
        IDatasetRegistry.Version memory v = IDatasetRegistry.Version(
            address(ledger),
            address(vault),
            address(market),
            address(implementation),
            address(0),
            address(0),
            address(0)
        );
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        registry.addVersion(v);
        vm.expectRevert(refusal);
        registry.allowPaymentToken(address(usd), false);
    }

    function test_allow_payment_token__without_code__reverts() public {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.PaymentTokenNotAllowed.selector, alice));
        registry.allowPaymentToken(alice, true);
    }

    function _refused(Terms memory terms, string memory term) private {
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidTerm.selector, term));
        registry.createDataset(terms, 0, "");
    }

    function _badBatch(bytes32 dataset, bytes32 items, bytes32 gold, uint32 count) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidBatch.selector, items, gold, count));
        registry.addBatch(dataset, items, gold, count);
    }

    function _forbidden(bytes32 dataset, DatasetState to) private {
        DatasetState from = registry.stateOf(dataset);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidTransition.selector, dataset, from, to));
        registry.setState(dataset, to);
    }
}
