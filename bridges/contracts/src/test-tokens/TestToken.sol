// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title TestToken
/// @notice For local chains only: an ordinary ERC-20 token which anyone can mint. It must never stand behind a vault that holds value.
contract TestToken is ERC20 {
    uint8 private immutable DECIMALS;

    /// @param name_ Name of the token.
    /// @param symbol_ Symbol of the token.
    /// @param decimals_ Decimal places, for display.
    constructor(string memory name_, string memory symbol_, uint8 decimals_) ERC20(name_, symbol_) {
        DECIMALS = decimals_;
    }

    /// @notice Creates tokens out of nothing, for anyone who asks.
    /// @param to Who receives them.
    /// @param amount Base units.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Decimal places, for display.
    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}
