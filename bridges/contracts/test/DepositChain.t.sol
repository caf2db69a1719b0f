// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { DepositChain } from "../src/libraries/DepositChain.sol";
import { TestBase } from "./base/TestBase.sol";

/// @notice The chain against its plain form.
contract DepositChainTest is TestBase {
    function testFuzz_appendIsItsPlainForm(bytes32 acc, uint64 seq, address token, bytes32 account, uint128 quanta)
        public
        pure
    {
        bytes32 leaf = keccak256(abi.encodePacked(seq, token, account, quanta));
        bytes32 plain = keccak256(abi.encodePacked(acc, leaf));
        vm.assertEq(DepositChain.append(acc, seq, token, account, quanta), plain, "chain");
    }
}
