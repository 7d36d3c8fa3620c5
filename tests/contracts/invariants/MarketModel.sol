// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {TestDollar} from "../../../contracts/TestDollar.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {DatasetState, Terms} from "../../../contracts/types.sol";
import {Council} from "../support/Council.sol";

/// @notice Three datasets of two publishers in two tokens, and what every payment must have become by the terms: kept from
/// what was done alone, never read from the market.
abstract contract MarketModel is Council {
    uint256 internal constant PURSE = 1e30;

    /// @dev Zero `effectiveAt`: not sold.
    struct Price {
        uint256 current;
        uint256 next;
        uint64 effectiveAt;
    }

    struct Sold {
        uint256 d;
        address owner;
        uint8 class;
        uint128 price;
        uint64 epochs;
        uint64 boughtAt;
        uint64 paidAt;
        uint64 expiresAt;
        uint64 reportedAt;
        uint32 reports;
        uint32 late;
    }

    /// @dev What a dataset took, and where it went.
    struct Till {
        uint256 paid;
        uint256 toPublisher;
        uint256 toTreasury;
        uint256 toHolders;
        uint256 direct;
        uint256 claimed;
    }

    bytes32[3] internal datasets;
    TestDollar[3] internal tokens;
    address[3] internal buyers;
    address[3] internal earners;
    Terms[3] internal terms;
    DatasetState[3] internal states;
    uint64[3] internal epochs;
    Till[3] internal tills;
    Price[2][3] internal prices;
    /// @dev License 1 stands first.
    Sold[] internal sold;
    mapping(address token => mapping(address buyer => uint256)) internal spent;
    mapping(address token => mapping(address account => uint256)) internal credit;
    mapping(address token => uint256) internal withdrawn;

    function setUp() public virtual override {
        super.setUp();
        buyers = [buyer, bob, carol];
        earners = [publisher, makeAddr("other publisher"), treasury];
        TestDollar other = new TestDollar();
        tokens = [usd, usd, other];
        vm.prank(admin);
        registry.allowPaymentToken(address(other), true);
        _serve();
        for (uint256 d = 0; d < 3; ++d) {
            terms[d] = _terms(d);
            datasets[d] = newDataset(terms[d]);
            earnEpoch(datasets[d], parts2(alice, 3e9, makeAddr("holder"), 1e9 + 1));
            (states[d], epochs[d]) = (DatasetState.Open, 1);
        }
        for (uint256 i = 0; i < 3; ++i) {
            vm.deal(buyers[i], 1e6 ether);
            for (uint256 t = 1; t < 3; ++t) {
                tokens[t].mint(buyers[i], PURSE);
                vm.prank(buyers[i]);
                tokens[t].approve(address(market), type(uint256).max);
            }
        }
    }

    /// @dev Adds the version that the datasets will be served by.
    function _serve() internal virtual;

    // ---- what must be true

    /// @notice M2: what came in has gone out or stands with whom the terms say, per dataset, per account and in sum.
    function checkMoney() external view {
        _checkToken(tokens[1]);
        _checkToken(tokens[2]);
        for (uint256 d = 0; d < 3; ++d) {
            Till memory t = tills[d];
            assertEq(t.paid, t.toPublisher + t.toTreasury + t.toHolders, "M2: parts of a dataset's payments");
            uint256 standing = tokens[d].balanceOf(address(sharesOf(datasets[d])));
            assertEq(standing, t.toHolders + t.direct - t.claimed, "M2: holders' part");
            // 65 of a hundred at least, of each payment and so of all: parts of others are rounded down.
            assertGe(t.toHolders * 10_000, t.paid * 6500, "M3: holders' share");
        }
    }

    /// @notice M4: a license for each purchase, bound to what it was bought for; nobody pays but by an own call, once.
    function checkLicenses() external view {
        assertEq(market.licenseCount(), sold.length, "M4: as many licenses as purchases");
        uint256[3] memory owned;
        for (uint256 i = 0; i < sold.length; ++i) {
            Sold memory s = sold[i];
            ILicenseMarket.License memory l = market.licenseOf(i + 1);
            assertEq(market.ownerOf(i + 1), s.owner, "M4: owner");
            assertEq(l.dataset, datasets[s.d], "M4: dataset");
            assertEq(l.price, s.price, "M4: price");
            assertEq(l.class, s.class, "M4: class");
            assertEq(l.epochs, s.epochs, "M4: epochs");
            assertEq(l.boughtAt, s.boughtAt, "M4: bought");
            assertEq(l.expiresAt, s.expiresAt, "M4: end");
            assertEq(market.paidAt(i + 1), s.paidAt, "M4: last payment");
            for (uint256 b = 0; b < 3; ++b) {
                if (buyers[b] == s.owner) ++owned[b];
            }
        }
        for (uint256 b = 0; b < 3; ++b) {
            assertEq(market.balanceOf(buyers[b]), owned[b], "M4: licenses of an owner");
        }
    }

    /// @notice M5: due times, reports and late ones.
    function checkDuties() external view {
        for (uint256 i = 0; i < sold.length; ++i) {
            (uint64 dueAt, uint32 reports, uint32 late) = market.dutyOf(i + 1);
            assertEq(dueAt, _dueAt(sold[i]), "M5: due");
            assertEq(reports, sold[i].reports, "M5: reports");
            assertEq(late, sold[i].late, "M5: late");
        }
    }

    /// @notice M6: a price is what the publisher said, not below the floor, and no change of it before its time.
    function checkPrices() external view {
        for (uint256 d = 0; d < 3; ++d) {
            for (uint8 class = 0; class < 2; ++class) {
                uint256 price = _price(d, class);
                assertEq(market.priceOf(datasets[d], class), price, "M6: price");
                if (price != 0) assertGe(price, terms[d].priceFloor, "M6: floor");
            }
        }
    }

    // ---- what follows from what

    /// @dev A payment: by whom, and to whom how much.
    function _pay(address by, uint256 d, uint256 amount) internal {
        Till storage t = tills[d];
        address token = address(tokens[d]);
        uint256 toPublisher = amount * terms[d].publisherBps / 10_000;
        uint256 toTreasury = amount * terms[d].treasuryBps / 10_000;
        spent[token][by] += amount;
        credit[token][terms[d].publisher] += toPublisher;
        credit[token][treasury] += toTreasury;
        t.paid += amount;
        t.toPublisher += toPublisher;
        t.toTreasury += toTreasury;
        t.toHolders += amount - toPublisher - toTreasury;
    }

    function _price(uint256 d, uint8 class) internal view returns (uint256) {
        Price memory p = prices[d][class];
        return _now() < p.effectiveAt ? p.current : p.next;
    }

    /// @dev One period after the last report or the purchase; nothing once a report came after the end.
    function _dueAt(Sold memory s) internal view returns (uint64) {
        uint32 period = terms[s.d].reportingPeriod;
        if (period == 0) return 0;
        uint64 last = s.reportedAt == 0 ? s.boughtAt : s.reportedAt;
        return s.expiresAt != 0 && last >= s.expiresAt ? 0 : last + period;
    }

    function _isForSale(uint256 d, uint8 class) internal view returns (bool) {
        bool isOpen = states[d] == DatasetState.Open || states[d] == DatasetState.Closed;
        return isOpen && prices[d][class].effectiveAt != 0;
    }

    function _now() internal view returns (uint64) {
        return uint64(block.timestamp);
    }

    // ---- inside

    /// @dev The largest parts of others; specks of them without duty or end; none for the publisher, in another token.
    function _terms(uint256 d) private view returns (Terms memory t) {
        t = defaultTerms();
        (t.priceFloor, t.paymentToken) = (uint128(1 + 9 * d), address(tokens[d]));
        if (d == 0) (t.publisherBps, t.treasuryBps, t.reportingPeriod, t.licenseTerm) = (3000, 500, 20 days, 60 days);
        if (d == 1) (t.publisherBps, t.treasuryBps, t.licenseTerm) = (1, 1, 0);
        if (d == 2) (t.publisherBps, t.publisher, t.reportingPeriod) = (0, earners[1], 90 days);
    }

    function _checkToken(TestDollar token) private view {
        uint256 standing = 0;
        uint256 sum = withdrawn[address(token)];
        for (uint256 i = 0; i < 3; ++i) {
            uint256 expected = credit[address(token)][earners[i]];
            assertEq(market.creditOf(address(token), earners[i]), expected, "M2: a credit");
            standing += expected;
            uint256 purse = PURSE - spent[address(token)][buyers[i]];
            assertEq(token.balanceOf(buyers[i]), purse, "M4: charged without a call of one's own, or twice");
        }
        assertEq(token.balanceOf(address(market)), standing, "M2: credits that wait");
        uint256 out = 0;
        for (uint256 i = 0; i < 3; ++i) {
            out += spent[address(token)][buyers[i]];
            if (tokens[i] != token) continue;
            sum += tokens[i].balanceOf(address(sharesOf(datasets[i]))) + tills[i].claimed - tills[i].direct;
        }
        assertEq(out, sum + standing, "M2: in sum");
    }
}
