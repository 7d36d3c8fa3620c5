// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {LicenseMarket} from "../../../contracts/LicenseMarket.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {ExactTransfer} from "../../../contracts/libraries/ExactTransfer.sol";
import {Terms} from "../../../contracts/types.sol";
import {FeeToken, HookToken, IHooked, RefusingToken, SilentToken} from "../support/OddTokens.sol";
import {World} from "../support/World.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

interface IMintable {
    function mint(address account, uint256 amount) external;
    function approve(address spender, uint256 amount) external;
    function balanceOf(address account) external view returns (uint256);
}

/// @notice B19: tokens that do not behave. The allow-list keeps them out; these tests let them in to see what happens.
contract B19TokensTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;
    IMintable internal token;

    function test_B19__no_return_value__works_everywhere() public {
        _use(address(new SilentToken()));
        _buyAndPay();
        assertEq(shares.claimFor(alice), 75e6);
        assertEq(shares.claimFor(bob), 25e6);
        vm.prank(publisher);
        market.withdrawCredit(address(token), publisher);
        assertEq(token.balanceOf(publisher), 20e6);
    }

    function test_B19__returns_false__reverts_and_changes_nothing() public {
        RefusingToken refusing = new RefusingToken();
        _use(address(refusing));
        _buyAndPay();
        refusing.refuse(true);
        bytes memory refusal = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        (uint128 acc,,) = shares.pool();
        vm.prank(buyer);
        vm.expectRevert(refusal);
        shares.pay(1);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        vm.expectRevert(refusal);
        market.buy(o);
        vm.expectRevert(refusal);
        shares.claimFor(alice);
        vm.prank(publisher);
        vm.expectRevert(refusal);
        market.withdrawCredit(address(token), publisher);
        (uint128 accAfter,,) = shares.pool();
        assertEq(accAfter, acc);
        assertEq(shares.claimable(alice), 75e6);
        assertEq(market.creditOf(address(token), publisher), 20e6);
        assertEq(market.licenseCount(), 1);
        refusing.refuse(false);
        assertEq(shares.claimFor(alice), 75e6);
    }

    function test_B19__takes_a_fee__is_refused_whole() public {
        _use(address(new FeeToken()));
        token.mint(buyer, 1000e6);
        vm.startPrank(buyer);
        token.approve(address(shares), 1000e6);
        token.approve(address(market), 1000e6);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, token, 100e6, 98e6));
        shares.pay(100e6);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, token, 22.5e6, 22.05e6));
        market.buy(o);
        assertEq(token.balanceOf(address(shares)), 0);
        assertEq(token.balanceOf(address(market)), 0);
    }

    function test_B19__a_hook_while_paying_and_claiming__gains_nothing() public {
        Thief thief = _thief();
        thief.arm();
        thief.pay(100e6);
        thief.claim();
        // It holds a quarter of the shares and paid 100: a quarter of it comes back, whatever its hooks tried.
        assertEq(token.balanceOf(address(thief)), 925e6);
        assertEq(thief.tries(), 8);
        assertEq(thief.successes(), 0);
        assertEq(shares.claimFor(alice), 50e6);
        assertEq(shares.claimFor(bob), 25e6);
        assertEq(token.balanceOf(address(shares)), 0);
    }

    function test_B19__a_hook_that_buys_while_paying__is_undone_whole() public {
        Thief thief = _thief();
        thief.order(order(dataset, 100e6));
        thief.arm();
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, token, 100e6, 177.5e6));
        thief.pay(100e6);
    }

    function test_B19__a_hook_that_claims_or_pays_while_buying__is_undone_whole() public {
        Thief thief = _thief();
        thief.pay(100e6);
        thief.order(order(dataset, 100e6));
        thief.arm();
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, token, 77.5e6, 77.5e6 + 1));
        thief.buy();
        assertEq(token.balanceOf(address(thief)), 900e6);
        assertEq(shares.claimable(address(thief)), 25e6);
    }

    function _thief() private returns (Thief thief) {
        _use(address(new HookToken()));
        thief = new Thief(shares, market, token);
        move(shares, alice, address(thief), 1e9);
        token.mint(address(thief), 1000e6);
    }

    function test_B19__six_decimals__whole_dollars_arrive_whole() public {
        _use(address(usd));
        _buyAndPay();
        assertEq(shares.claimFor(alice) + shares.claimFor(bob), 100e6);
    }

    function _use(address token_) private {
        token = IMintable(token_);
        vm.prank(admin);
        registry.allowPaymentToken(token_, true);
        Terms memory terms = defaultTerms();
        terms.paymentToken = token_;
        dataset = newDataset(terms);
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 3e9, bob, 1e9));
        setPrice(dataset, 0, 100e6);
    }

    /// @dev 77.5 from a sale, 22.5 paid directly: 100 for the holders.
    function _buyAndPay() private {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        token.mint(buyer, 1000e6);
        vm.startPrank(buyer);
        token.approve(address(shares), 1000e6);
        token.approve(address(market), 1000e6);
        market.buy(o);
        shares.pay(22.5e6);
        vm.stopPrank();
    }
}

/// @notice At every movement of tokens that it hears of, tries to get at the money once more.
contract Thief is IHooked {
    DatasetShares private immutable SHARES;
    LicenseMarket private immutable MARKET;
    IMintable private immutable TOKEN;
    ILicenseMarket.Order private _order;
    bool private _inside;
    bool private _armed;
    uint256 public tries;
    uint256 public successes;

    constructor(DatasetShares shares, LicenseMarket market, IMintable token) {
        (SHARES, MARKET, TOKEN) = (shares, market, token);
        token.approve(address(shares), type(uint256).max);
        token.approve(address(market), type(uint256).max);
    }

    function order(ILicenseMarket.Order calldata o) external {
        _order = o;
    }

    function arm() external {
        _armed = true;
    }

    function pay(uint256 amount) external {
        SHARES.pay(amount);
    }

    function claim() external {
        SHARES.claim();
    }

    function buy() external {
        MARKET.buy(_order);
    }

    function moved(address, address, uint256) external {
        if (_inside || !_armed) return;
        _inside = true;
        _try(address(SHARES), abi.encodeCall(SHARES.claim, ()));
        _try(address(SHARES), abi.encodeCall(SHARES.claimTo, (address(this))));
        _try(address(SHARES), abi.encodeCall(SHARES.pay, (1)));
        _try(address(MARKET), abi.encodeCall(MARKET.buy, (_order)));
        _inside = false;
    }

    /// @dev Claiming what is not due, or buying what was not ordered, is no success.
    function _try(address target, bytes memory data) private {
        ++tries;
        uint256 before = TOKEN.balanceOf(address(this));
        (bool ok,) = target.call(data);
        if (ok && TOKEN.balanceOf(address(this)) != before) ++successes;
    }
}
