// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";

contract DigestTest is VaultFixture {
    function testFuzz_theDigestIsItsPlainForm(IClearingVault.Batch memory batch, bytes memory entries) public view {
        bytes32 plain = digestOf(address(vault), vm.getChainId(), batch, entries);
        vm.assertEq(vault.digest(batch, keccak256(entries)), plain, "digest");
    }

    function test_theDomainIsDescribed() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = vault.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(bytes1(0x0f)), "fields");
        vm.assertEq(name, "CrossclearVault", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chainId, vm.getChainId(), "chainId");
        vm.assertEq(verifyingContract, address(vault), "verifyingContract");
        vm.assertEq(salt, bytes32(0), "salt");
        vm.assertEq(extensions.length, 0, "extensions");
        bytes32 domainType =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        vm.assertEq(
            vault.DOMAIN_SEPARATOR(),
            keccak256(
                abi.encode(domainType, keccak256(bytes(name)), keccak256(bytes(version)), chainId, verifyingContract)
            ),
            "separator"
        );
    }
}
