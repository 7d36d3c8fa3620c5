// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {TestDollar} from "../../../contracts/TestDollar.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {DatasetState} from "../../../contracts/types.sol";
import {MarketModel} from "./MarketModel.sol";

/// @notice Three buyers, two publishers, a treasury and holders who price, buy, renew, report, pay, claim and withdraw, in any
/// order. Each move works exactly when the rules let it.
abstract contract SaleActors is MarketModel {
    uint256 internal constant MAX_LICENSES = 12;

    // ---- publishers

    function priceOne(uint256 which, uint8 class, uint256 price) external {
        (uint256 d, uint8 c) = (which % 3, class % 2);
        if (states[d] == DatasetState.Archived) return;
        // Specks, whose parts round to nothing, and fortunes.
        price = bound(price, terms[d].priceFloor, price % 2 == 0 ? 2000 : 1e12);
        vm.prank(terms[d].publisher);
        market.setPrice(datasets[d], c, uint128(price));
        Price storage p = prices[d][c];
        uint256 current = p.effectiveAt == 0 ? price : _price(d, c);
        uint64 effectiveAt = p.effectiveAt == 0 ? _now() : _now() + terms[d].priceDelay;
        prices[d][c] = Price(current, price, effectiveAt);
    }

    /// @dev Mostly back to Open: what is closed or archived stays so.
    function stateOne(uint256 which, uint256 to) external {
        uint256 d = which % 3;
        DatasetState state = states[d];
        DatasetState next = state == DatasetState.Open && to % 4 == 2 ? DatasetState.Paused : DatasetState.Open;
        if (to % 16 == 0 && state != DatasetState.Archived) next = DatasetState.Closed;
        if (state == DatasetState.Closed) next = to % 16 == 1 ? DatasetState.Archived : DatasetState.Closed;
        if (next == state || state == DatasetState.Archived) return;
        vm.prank(terms[d].publisher);
        registry.setState(datasets[d], next);
        states[d] = next;
    }

    function settleOne(uint256 which) external {
        uint256 d = which % 3;
        uint256 free = ledger.bondBalance(coordinator) - ledger.lockedBond(coordinator);
        if (epochs[d] == 4 || free < terms[d].proposerBond) return;
        earnEpoch(datasets[d], parts1(alice, 1e9));
        ++epochs[d];
    }

    // ---- buyers

    /// @dev Whoever offers less than the price gets nothing and pays nothing.
    function buyOne(uint256 who, uint256 which, uint8 class, uint256 limit) external {
        (uint256 d, uint8 c) = (which % 3, class % 2);
        if (sold.length == MAX_LICENSES) return;
        uint256 price = _price(d, c);
        bool isShort = limit % 8 == 0 && price != 0;
        ILicenseMarket.Order memory o = order(datasets[d], uint128(isShort ? price - 1 : price + limit % 100));
        (o.class, o.receiver) = (c, buyers[(who % 3 + limit % 3) % 3]);
        bool may = _isForSale(d, c) && !isShort;
        vm.prank(buyers[who % 3]);
        try market.buy(o) returns (uint256 license) {
            assertTrue(may, "M4: sold what is not for sale");
            assertEq(license, sold.length + 1, "M4: number");
            _note(d, o.receiver, c, uint128(price));
            _pay(buyers[who % 3], d, price);
        } catch {
            assertFalse(may, "M4: a sale refused");
        }
    }

    /// @dev Anyone may pay for the renewal of anyone's license, unless the licensee could lose by it.
    function renewOne(uint256 who, uint256 which) external {
        if (sold.length == 0) return;
        Sold storage s = sold[which % sold.length];
        uint256 price = _price(s.d, s.class);
        uint64 dueAt = _dueAt(s);
        bool isAnew = terms[s.d].reportingPeriod != 0 && dueAt == 0;
        bool may = _isForSale(s.d, s.class) && (dueAt == 0 || _now() <= dueAt);
        may = may && (buyers[who % 3] == s.owner || (price >= s.price && !isAnew));
        bytes32 termsHash = registry.termsHashOf(datasets[s.d]);
        vm.prank(buyers[who % 3]);
        try market.renew(which % sold.length + 1, uint128(price), termsHash, _now()) {
            assertTrue(may, "M5: renewed with a report overdue, what is not for sale, or at the licensee's loss");
            _pay(buyers[who % 3], s.d, price);
            if (isAnew) s.reportedAt = _now();
            uint64 from = s.expiresAt > _now() ? s.expiresAt : _now();
            if (terms[s.d].licenseTerm != 0) s.expiresAt = from + terms[s.d].licenseTerm;
            (s.price, s.epochs, s.paidAt) = (uint128(price), epochs[s.d], _now());
        } catch {
            assertFalse(may, "M5: a renewal refused");
        }
    }

    /// @dev Anyone may pay; only the licensee reports; nothing at all is no royalty.
    function royaltyOne(uint256 who, uint256 which, uint256 amount, bytes32 report) external {
        if (sold.length == 0) return;
        Sold storage s = sold[which % sold.length];
        amount = amount % 3 == 0 ? 0 : bound(amount, 1, amount % 3 == 1 ? 3000 : 1e12);
        if (uint256(report) % 3 == 0) report = 0;
        // Now and then in the last second that is not late.
        if (report != 0 && amount % 4 == 0 && _dueAt(s) > _now()) vm.warp(_dueAt(s));
        address by = report != 0 && uint256(report) % 4 != 0 ? s.owner : buyers[who % 3];
        bool may = report == 0 ? amount != 0 : by == s.owner;
        vm.prank(by);
        try market.payRoyalty(which % sold.length + 1, amount, report) {
            assertTrue(may, "M5: a report by another, or of nothing");
            _pay(by, s.d, amount);
            if (report != 0) _report(s);
        } catch {
            assertFalse(may, "M5: a royalty refused");
        }
    }

    // ---- who earns

    function payOne(uint256 which, uint256 amount) external {
        uint256 d = which % 3;
        amount = bound(amount, 1, 1e12);
        DatasetShares shares = sharesOf(datasets[d]);
        tokens[d].mint(payer, amount);
        vm.startPrank(payer);
        tokens[d].approve(address(shares), amount);
        shares.pay(amount);
        vm.stopPrank();
        tills[d].direct += amount;
    }

    function claimOne(uint256 which, uint256 who) external {
        tills[which % 3].claimed += sharesOf(datasets[which % 3]).claimFor(who % 2 == 0 ? alice : makeAddr("holder"));
    }

    function withdrawOne(uint256 which, uint256 who) external {
        TestDollar token = tokens[1 + which % 2];
        address earner = earners[who % 3];
        uint256 amount = credit[address(token)][earner];
        if (amount == 0) return;
        uint256 before = token.balanceOf(earner);
        vm.prank(earner);
        assertEq(market.withdrawCredit(address(token), earner), amount, "M2: a credit paid");
        assertEq(token.balanceOf(earner) - before, amount, "M2: a credit received");
        withdrawn[address(token)] += amount;
        credit[address(token)][earner] = 0;
    }

    function wait(uint256 time) external {
        skip(bound(time, 1 hours, 30 days));
    }

    // ---- inside

    function _note(uint256 d, address owner, uint8 class, uint128 price) private {
        Sold storage s = sold.push();
        (s.d, s.owner, s.class, s.price, s.epochs) = (d, owner, class, price, epochs[d]);
        (s.boughtAt, s.paidAt) = (_now(), _now());
        if (terms[d].licenseTerm != 0) s.expiresAt = _now() + terms[d].licenseTerm;
    }

    function _report(Sold storage s) private {
        if (terms[s.d].reportingPeriod == 0) return;
        uint64 dueAt = _dueAt(s);
        if (dueAt != 0 && _now() > dueAt) ++s.late;
        (s.reportedAt, s.reports) = (_now(), s.reports + 1);
    }
}
