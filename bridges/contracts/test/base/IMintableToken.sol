// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the ordinary and the hostile token have in common.
interface IMintableToken {
    function mint(address to, uint256 amount) external;
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}
