// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Vm } from "./Vm.sol";

/// @notice Access to the cheat codes, and a bound for fuzzed numbers. Forge finds tests by the names of their functions.
/// Chain id and time are read through the cheat codes after they were changed: the compiler may move its own reads across a call.
abstract contract TestBase {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Maps any number into [smallest, largest]; numbers already there stay as they are.
    function bound(uint256 value, uint256 smallest, uint256 largest) internal pure returns (uint256) {
        if (value >= smallest && value <= largest) return value;
        uint256 size = largest - smallest + 1;
        return size == 0 ? value : smallest + value % size;
    }
}
