// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../../src/interfaces/IClearingVault.sol";
import { IMintableToken } from "./IMintableToken.sol";
import { TestBase } from "./TestBase.sol";

/// @notice Creates the deployed contracts from their build, exactly as compiled for deployment.
abstract contract Deployment is TestBase {
    function deployVault(bytes memory set, uint8 threshold, IClearingVault.TokenConfig[] memory tokens)
        internal
        returns (IClearingVault)
    {
        return IClearingVault(create("ClearingVault.sol:ClearingVault", abi.encode(set, threshold, tokens)));
    }

    function deployToken(string memory name, string memory symbol, uint8 decimals) internal returns (IMintableToken) {
        return IMintableToken(create("TestToken.sol:TestToken", abi.encode(name, symbol, decimals)));
    }

    function create(string memory artifact, bytes memory arguments) private returns (address place) {
        bytes memory creation = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            place := create(0, add(creation, 0x20), mload(creation))
            if iszero(place) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
    }
}
