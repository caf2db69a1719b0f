// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title TokenCalls
/// @notice Calls to ERC-20 tokens that may misbehave. A call counts as done when it did not revert and either returned exactly the
/// word 1 first, or returned nothing and the token has code. At most one word of what the token returns is copied.
/// @dev Assembly, because the language copies all returned data and thereby lets a token spend the gas of its caller, and because
/// an encoded call per entry is the largest cost a batch has control over. `test/TokenCalls.t.sol` fuzzes both functions against
/// their plain form.
library TokenCalls {
    /// @notice Calls transfer(to, amount) with at most `gasLimit` gas.
    /// @param token The token.
    /// @param to The recipient.
    /// @param amount Base units.
    /// @param gasLimit Gas offered to the token; the caller makes sure that so much is there.
    /// @return done Whether the token says that it moved the amount.
    function tryTransfer(address token, address to, uint256 amount, uint256 gasLimit) internal returns (bool done) {
        assembly ("memory-safe") {
            let call_ := mload(0x40)
            mstore(call_, shl(224, 0xa9059cbb))
            mstore(add(call_, 0x04), to)
            mstore(add(call_, 0x24), amount)
            done := call(gasLimit, token, 0, call_, 0x44, 0x00, 0x20)
            if iszero(and(done, and(eq(mload(0x00), 1), gt(returndatasize(), 0x1f)))) {
                done := and(done, and(iszero(returndatasize()), gt(extcodesize(token), 0)))
            }
        }
    }

    /// @notice Calls transferFrom(from, to, amount) with all gas there is.
    /// @param token The token.
    /// @param from Whose tokens move.
    /// @param to The recipient.
    /// @param amount Base units.
    /// @return done Whether the token says that it moved the amount.
    function tryTransferFrom(address token, address from, address to, uint256 amount) internal returns (bool done) {
        assembly ("memory-safe") {
            let call_ := mload(0x40)
            mstore(call_, shl(224, 0x23b872dd))
            mstore(add(call_, 0x04), from)
            mstore(add(call_, 0x24), to)
            mstore(add(call_, 0x44), amount)
            done := call(gas(), token, 0, call_, 0x64, 0x00, 0x20)
            if iszero(and(done, and(eq(mload(0x00), 1), gt(returndatasize(), 0x1f)))) {
                done := and(done, and(iszero(returndatasize()), gt(extcodesize(token), 0)))
            }
        }
    }

    /// @notice Reads balanceOf(account). Reverts without a reason when the token does not answer with a word.
    /// @param token The token.
    /// @param account Whose balance.
    /// @return amount Base units.
    function balanceOf(address token, address account) internal view returns (uint256 amount) {
        assembly ("memory-safe") {
            mstore(0x00, shl(224, 0x70a08231))
            mstore(0x04, account)
            let answered := staticcall(gas(), token, 0x00, 0x24, 0x00, 0x20)
            if iszero(and(answered, gt(returndatasize(), 0x1f))) { revert(0, 0) }
            amount := mload(0x00)
        }
    }
}
