// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// OpenZeppelin's AccessManager is deployed as it is: it guards versions, payment tokens, definitions of credentials, rates and
// pauses of entrances, names the issuers and jurors, and guards nothing that moves users' money. Importing it makes its artifact part of this build.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
