// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CouncilArbiter} from "../../../contracts/court/CouncilArbiter.sol";
import {IArbiter, IArbitrable} from "../../../contracts/interfaces/IArbiter.sol";
import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {World} from "./World.sol";

/// @notice Anyone who asks the council, and writes down what it says.
contract Asker is IArbitrable {
    CouncilArbiter internal immutable COUNCIL;
    uint256 public ruling = type(uint256).max;
    uint256 public rulings;

    constructor(CouncilArbiter council) payable {
        COUNCIL = council;
    }

    function ask(bytes calldata extraData) external returns (uint256) {
        return COUNCIL.createDispute{value: COUNCIL.arbitrationCost(extraData)}(2, extraData);
    }

    function askAgain(uint256 disputeId) external {
        COUNCIL.appeal{value: COUNCIL.appealCost(disputeId, "")}(disputeId, "");
    }

    function rule(uint256 disputeId, uint256 ruling_) external {
        ruling = ruling_;
        ++rulings;
        emit Ruling(IArbiter(msg.sender), disputeId, ruling_);
    }
}

/// @notice A council with jurors, and the common moves of a sitting.
abstract contract Council is World {
    uint256 internal constant FEE = 0.01 ether;
    bytes32 internal constant SALT = "salt";
    uint64 internal constant ISSUER = 77;

    CouncilArbiter internal council;
    address[] internal jurors;

    function setUp() public virtual override {
        super.setUp();
        council = new CouncilArbiter(
            address(registry),
            address(access),
            address(credentials),
            FEE,
            ICouncilArbiter.Periods({draw: 2, commit: 1 days, reveal: 12 hours, appeal: 6 hours})
        );
        for (uint160 i = 0; i < 9; ++i) {
            addJuror(address(0x10000 + i));
        }
    }

    function defineCredential(bytes32 credential) internal {
        if (credentials.isDefined(credential)) return;
        vm.startPrank(admin);
        credentials.defineCredential(credential, ISSUER, "ipfs://credential");
        access.grantRole(ISSUER, admin, 0);
        vm.stopPrank();
    }

    /// @notice Gives the juror a credential of the network.
    function certify(bytes32 credential, address juror) internal {
        defineCredential(credential);
        vm.prank(admin);
        credentials.issue(credential, juror, uint64(block.timestamp + 365 days), "evidence");
    }

    function addJuror(address juror) internal {
        uint64 role = council.JUROR();
        vm.prank(admin);
        access.grantRole(role, juror, 0);
        vm.prank(juror);
        council.enroll();
        jurors.push(juror);
    }

    function drawPanel(uint256 dispute) internal returns (address[] memory panel) {
        (ICouncilArbiter.Panel memory p,) = council.panelOf(dispute, council.roundOf(dispute));
        vm.roll(p.drawBlock + 1);
        // Forge gives blocks that it did not make no hash of their own.
        vm.setBlockhash(p.drawBlock, keccak256(abi.encode("block", p.drawBlock, dispute)));
        council.draw(dispute);
        (, panel) = council.panelOf(dispute, council.roundOf(dispute));
    }

    function commit(uint256 dispute, address juror, uint256 ruling) internal {
        bytes32 commitment = council.commitmentOf(dispute, council.roundOf(dispute), juror, ruling, SALT);
        vm.prank(juror);
        council.commitVote(dispute, commitment);
    }

    function reveal(uint256 dispute, address juror, uint256 ruling) internal {
        vm.prank(juror);
        council.revealVote(dispute, ruling, SALT);
    }

    /// @notice The whole panel votes for one ruling.
    function vote(uint256 dispute, uint256 ruling) internal {
        address[] memory panel = drawPanel(dispute);
        for (uint256 i = 0; i < panel.length; ++i) {
            commit(dispute, panel[i], ruling);
        }
        for (uint256 i = 0; i < panel.length; ++i) {
            reveal(dispute, panel[i], ruling);
        }
    }

    /// @notice Draws, votes, waits for the appeal period to pass and has the ruling told.
    function decide(uint256 dispute, uint256 ruling) internal {
        vote(dispute, ruling);
        skip(6 hours);
        council.executeRuling(dispute);
    }
}
