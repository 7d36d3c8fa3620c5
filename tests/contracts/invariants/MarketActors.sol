// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DeliveryDesk} from "../../../contracts/DeliveryDesk.sol";
import {BondRates} from "../../../contracts/court/BondRates.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {IDeliveryDesk} from "../../../contracts/interfaces/IDeliveryDesk.sol";
import {SaleActors} from "./SaleActors.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Sales, and whether what was sold was delivered: licensees acknowledge, demand, dispute and appeal, the coordinator
/// answers or not, a council rules. The price comes back at most once for each payment.
contract MarketActors is SaleActors {
    /// @dev Two COTA for one dollar; the other token has no rate, and nothing comes back for it.
    uint256 internal constant RATE = 2e12;

    struct Complaint {
        IDeliveryDesk.DeliveryState state;
        uint64 paidAt;
        uint64 dueAt;
        uint128 price;
        bool answered;
        uint256 dispute;
        address payer;
    }

    DeliveryDesk internal desk;
    mapping(uint256 license => Complaint) internal complaints;
    mapping(address licensee => uint256) internal returned;
    mapping(uint256 license => mapping(uint64 paidAt => bool)) internal isReturned;
    mapping(address account => uint256) internal fees;
    uint256 internal bond;

    function setUp() public override {
        super.setUp();
        bond = ledger.bondBalance(coordinator);
        vm.deal(coordinator, 1e6 ether);
        // It begins in the midst of things: prices and licenses of each dataset and class.
        for (uint256 d = 0; d < 3; ++d) {
            this.priceOne(d, 0, 1001);
            this.priceOne(d, 1, 1e9 + 1);
            this.buyOne(d, d, 0, 1);
            this.buyOne(d, d, 1, 2);
        }
    }

    function _serve() internal override {
        BondRates rates = new BondRates(address(access));
        desk = new DeliveryDesk(address(registry), address(ledger), address(market), address(council), address(rates));
        IDatasetRegistry.Version memory version = registry.version(registry.latestVersion());
        version.deliveries = address(desk);
        vm.startPrank(admin);
        registry.addVersion(version);
        rates.setRate(address(usd), RATE * 1e18);
        vm.stopPrank();
    }

    // ---- what may happen

    function acknowledgeOne(uint256 which) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Answered);
        if (license == 0) return;
        bool may = c.state < IDeliveryDesk.DeliveryState.Disputed;
        vm.prank(sold[license - 1].owner);
        try desk.acknowledge(license) {
            assertTrue(may, "M7: acknowledged after a dispute");
            c.state = IDeliveryDesk.DeliveryState.Acknowledged;
        } catch {
            assertFalse(may, "M7: an acknowledgement refused");
        }
    }

    function demandOne(uint256 which) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.None);
        if (license == 0) return;
        bool may = c.state == IDeliveryDesk.DeliveryState.None && _now() <= c.paidAt + 90 days;
        vm.prank(sold[license - 1].owner);
        try desk.demandDelivery(license) {
            assertTrue(may, "M7: demanded twice or too late");
            c.state = IDeliveryDesk.DeliveryState.Demanded;
            (c.dueAt, c.price) = (_now() + 1 days, sold[license - 1].price);
        } catch {
            assertFalse(may, "M7: a demand refused");
        }
    }

    function answerOne(uint256 which) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Demanded);
        if (license == 0 || c.state != IDeliveryDesk.DeliveryState.Demanded) return;
        vm.prank(coordinator);
        desk.answer(license, "record of reads");
        (c.state, c.answered) = (IDeliveryDesk.DeliveryState.Answered, true);
    }

    function disputeOne(uint256 which) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Demanded);
        if (license == 0) return;
        bool isOpen = c.state == IDeliveryDesk.DeliveryState.Demanded || c.state == IDeliveryDesk.DeliveryState.Answered;
        if (isOpen && which % 2 == 1 && _now() < c.dueAt) vm.warp(c.dueAt);
        bool may = isOpen && _now() >= c.dueAt;
        vm.prank(sold[license - 1].owner);
        try desk.dispute{value: 3 * FEE}(license) returns (uint256 dispute) {
            assertTrue(may, "M7: disputed before it was due");
            (c.state, c.dispute) = (IDeliveryDesk.DeliveryState.Disputed, dispute);
            c.payer = sold[license - 1].owner;
        } catch {
            assertFalse(may, "M7: a dispute refused");
        }
    }

    /// @dev The panel votes: 0, no word on it; 1, delivered; 2, not. Now and then one of it stays silent.
    function voteOne(uint256 which, uint256 ruling, uint256 silence) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Disputed);
        if (license == 0 || c.state != IDeliveryDesk.DeliveryState.Disputed) return;
        if (council.phaseOf(c.dispute) != ICouncilArbiter.Phase.Drawing) return;
        address[] memory panel = drawPanel(c.dispute);
        for (uint256 i = 0; i < panel.length; ++i) {
            commit(c.dispute, panel[i], ruling % 3);
        }
        for (uint256 i = silence % 3 == 0 ? 1 : 0; i < panel.length; ++i) {
            reveal(c.dispute, panel[i], ruling % 3);
            fees[panel[i]] += FEE;
        }
    }

    function appealOne(uint256 which, bool byLicensee) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Disputed);
        if (license == 0 || c.state != IDeliveryDesk.DeliveryState.Disputed) return;
        if (council.disputeStatus(c.dispute) != IArbiter.DisputeStatus.Appealable) return;
        uint256 cost = council.appealCost(c.dispute, "");
        _returnFees(c);
        c.payer = byLicensee ? sold[license - 1].owner : coordinator;
        vm.prank(c.payer);
        desk.appeal{value: cost}(license);
    }

    function tellOne(uint256 which) external {
        (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Disputed);
        if (license == 0 || c.state != IDeliveryDesk.DeliveryState.Disputed) return;
        if (council.phaseOf(c.dispute) > ICouncilArbiter.Phase.Committing) skip(18 hours);
        if (council.phaseOf(c.dispute) != ICouncilArbiter.Phase.Final) return;
        uint256 ruling = council.currentRuling(c.dispute);
        _returnFees(c);
        council.executeRuling(c.dispute);
        if (ruling == 1 || (ruling == 0 && c.answered)) {
            c.state = IDeliveryDesk.DeliveryState.Upheld;
            return;
        }
        c.state = IDeliveryDesk.DeliveryState.Returned;
        assertFalse(isReturned[license][c.paidAt], "M8: one price returned twice");
        isReturned[license][c.paidAt] = true;
        Sold memory s = sold[license - 1];
        uint256 amount = s.d == 2 ? 0 : Math.min(uint256(c.price) * RATE, bond);
        bond -= amount;
        returned[s.owner] += amount;
    }

    /// @dev To the second before something that is waited for, to that very second, or to the one after.
    function waitFor(uint256 which, uint256 kind) external {
        uint256 until = prices[which % 3][kind % 2].effectiveAt;
        if (kind % 4 != 0 && sold.length != 0) {
            (uint256 license, Complaint storage c) = _one(which, IDeliveryDesk.DeliveryState.Demanded);
            Sold storage s = sold[license - 1];
            if (kind % 4 == 1) until = c.dueAt;
            else until = kind % 4 == 2 ? _dueAt(s) : c.paidAt + 90 days;
        }
        until += kind / 4 % 3;
        if (until > _now() + 1) vm.warp(until - 1);
    }

    function withdrawFeesOne(uint256 who) external {
        address account = _feeTaker(who % 13);
        if (fees[account] == 0) return;
        uint256 expected = account.balance + fees[account];
        vm.prank(account);
        council.withdrawFees(account);
        assertEq(account.balance, expected, "C9: fees paid");
        fees[account] = 0;
    }

    // ---- what must be true

    /// @notice M7: each payment has one delivery, in the state that follows from what was said.
    function checkDeliveries() external view {
        for (uint256 i = 0; i < sold.length; ++i) {
            Complaint memory c = complaints[i + 1];
            IDeliveryDesk.Delivery memory d = desk.deliveryOf(i + 1);
            if (!_isOpen(c.state) && c.paidAt != sold[i].paidAt) {
                (c.state, c.paidAt) = (IDeliveryDesk.DeliveryState.None, sold[i].paidAt);
            }
            assertEq(uint8(d.state), uint8(c.state), "M7: state");
            assertEq(d.paidAt, c.paidAt, "M7: payment");
            if (!_isOpen(c.state)) continue;
            assertEq(d.dueAt, c.dueAt, "M7: due");
            assertEq(d.price, c.price, "M7: price");
            assertEq(d.coordinator, coordinator, "M7: who answers for it");
        }
    }

    /// @notice M8: the desk holds nothing; what came back left the bond and nothing else did.
    function checkReturns() external view {
        assertEq(usd.balanceOf(address(desk)) + tokens[2].balanceOf(address(desk)), 0, "M8: payments at the desk");
        assertEq(cota.balanceOf(address(desk)) + address(desk).balance, 0, "M8: bonds or coins at the desk");
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(ledger.creditOf(buyers[i]), returned[buyers[i]], "M8: returned to a licensee");
            sum += returned[buyers[i]];
        }
        assertEq(ledger.bondBalance(coordinator), bond, "M8: bond");
        assertEq(cota.balanceOf(address(ledger)), bond + sum, "M8: out of the bond");
    }

    /// @notice C9: coins of the council are fees of votes, what came back of the others to who paid for them, or fees of seats
    /// that may still earn them.
    function checkFees() external view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 13; ++i) {
            assertEq(council.feesOf(_feeTaker(i)), fees[_feeTaker(i)], "C9: fees of an account");
            sum += fees[_feeTaker(i)];
        }
        for (uint256 id = 0; id < council.disputeCount(); ++id) {
            if (council.phaseOf(id) == ICouncilArbiter.Phase.Executed) continue;
            (ICouncilArbiter.Panel memory p,) = council.panelOf(id, council.roundOf(id));
            sum += (p.size - p.revealed) * FEE;
        }
        assertEq(address(council).balance, sum, "C9: coins of nobody");
    }

    // ---- inside

    /// @dev Nine jurors, three licensees, the coordinator.
    function _feeTaker(uint256 i) private view returns (address) {
        return i < 9 ? jurors[i] : i < 12 ? buyers[i - 9] : coordinator;
    }

    /// @dev The round ends: what its seats have not earned goes back.
    function _returnFees(Complaint storage c) private {
        (ICouncilArbiter.Panel memory p,) = council.panelOf(c.dispute, council.roundOf(c.dispute));
        fees[c.payer] += (p.size - p.revealed) * FEE;
    }

    /// @dev Mostly one in that state. License 0: there is none yet. A later payment begins anew once nothing is open about the
    /// earlier one.
    function _one(uint256 which, IDeliveryDesk.DeliveryState wanted)
        private
        returns (uint256 license, Complaint storage c)
    {
        c = complaints[0];
        for (uint256 i = 0; i < sold.length; ++i) {
            license = 1 + (which % sold.length + i) % sold.length;
            c = complaints[license];
            if (which % 4 == 0 || c.state == wanted) break;
        }
        if (license == 0 || _isOpen(c.state) || c.paidAt == sold[license - 1].paidAt) return (license, c);
        delete complaints[license];
        c.paidAt = sold[license - 1].paidAt;
    }

    function _isOpen(IDeliveryDesk.DeliveryState state) private pure returns (bool) {
        return state == IDeliveryDesk.DeliveryState.Demanded || state == IDeliveryDesk.DeliveryState.Answered
            || state == IDeliveryDesk.DeliveryState.Disputed;
    }
}
