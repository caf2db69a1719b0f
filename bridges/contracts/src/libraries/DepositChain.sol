// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title DepositChain
/// @notice The hash chain over deposits. It commits to all of them and their order in one word, so that a later proof needs no
/// storage per deposit.
/// @dev Assembly, because the plain form (in `test/DepositChain.t.sol`, fuzzed against this one) costs a deposit several hundred gas
/// for copying.
library DepositChain {
    /// @notice leaf = keccak256(uint64 seq ‖ token ‖ accountId ‖ uint128 quanta), then keccak256(acc ‖ leaf).
    /// @param acc The chain before the deposit.
    /// @param seq Number of the deposit.
    /// @param token Token deposited.
    /// @param accountId Account to credit.
    /// @param quanta Ledger units, below 2^128.
    /// @return chained The chain after the deposit.
    function append(bytes32 acc, uint64 seq, address token, bytes32 accountId, uint256 quanta)
        internal
        pure
        returns (bytes32 chained)
    {
        assembly ("memory-safe") {
            let leaf := mload(0x40)
            mstore(leaf, shl(192, seq))
            mstore(add(leaf, 8), shl(96, token))
            mstore(add(leaf, 28), accountId)
            mstore(add(leaf, 60), shl(128, quanta))
            mstore(0x20, keccak256(leaf, 76))
            mstore(0x00, acc)
            chained := keccak256(0x00, 0x40)
        }
    }
}
