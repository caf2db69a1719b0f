// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";

contract ConstructionTest is VaultFixture {
    function deploy(bytes memory set, uint8 threshold) private returns (IClearingVault) {
        return deployVault(set, threshold, new IClearingVault.TokenConfig[](0));
    }

    function list(IClearingVault.TokenConfig memory config) private returns (IClearingVault) {
        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](1);
        tokens[0] = config;
        return deployVault(attesterSet, THRESHOLD, tokens);
    }

    function invalidLength(uint256 length) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClearingVault.InvalidSetLength.selector, length);
    }

    function test_aVaultStartsAtZero() public view {
        vm.assertEq(vault.nonce(), 0, "nonce");
        vm.assertEq(vault.setEpoch(), 1, "setEpoch");
        vm.assertEq(vault.depositSeq(), 0, "depositSeq");
        vm.assertEq(vault.depositAcc(), bytes32(0), "depositAcc");
        vm.assertEq(vault.claimableTotal(address(token)), 0, "claimableTotal");
        vm.assertEq(vault.attesterSetHash(), keccak256(bytes.concat(bytes1(THRESHOLD), attesterSet)), "set hash");
    }

    function test_oneOfOneCannotBeBuilt() public {
        vm.expectRevert(invalidLength(20));
        deploy(packSet(attesterKeys(1)), 1);
    }

    function test_threeAttestersCannotBeBuilt() public {
        vm.expectRevert(invalidLength(60));
        deploy(packSet(attesterKeys(3)), 3);
    }

    function test_anEmptySetCannotBeBuilt() public {
        vm.expectRevert(invalidLength(0));
        deploy("", 0);
    }

    function test_aSetWithAPartialAddressCannotBeBuilt() public {
        vm.expectRevert(invalidLength(7 * 20 + 1));
        deploy(bytes.concat(attesterSet, hex"ff"), 5);
    }

    function test_twoHundredFiftyFiveAttestersAreTheMost() public {
        deploy(ascending(255), 170);
        vm.expectRevert(invalidLength(256 * 20));
        deploy(ascending(256), 255);
    }

    function test_thresholdIsTheSmallestWithAnHonestOverlap() public {
        uint8[2][5] memory smallest = [[4, 3], [5, 4], [6, 4], [7, 5], [19, 13]];
        for (uint256 i = 0; i < smallest.length; ++i) {
            (uint8 attesters, uint8 threshold) = (smallest[i][0], smallest[i][1]);
            bytes memory set = ascending(attesters);
            deploy(set, threshold);
            deploy(set, attesters);
            vm.expectRevert(
                abi.encodeWithSelector(IClearingVault.InvalidThreshold.selector, threshold - 1, threshold, attesters)
            );
            deploy(set, threshold - 1);
            vm.expectRevert(
                abi.encodeWithSelector(IClearingVault.InvalidThreshold.selector, attesters + 1, threshold, attesters)
            );
            deploy(set, attesters + 1);
        }
    }

    function testFuzz_acceptedThresholdsMakeTwoQuorumsShareMoreThanF(uint8 attesters, uint8 threshold) public {
        attesters = uint8(bound(attesters, 4, 40));
        uint256 faulty = (uint256(attesters) - 1) / 3;
        bool overlapping = threshold <= attesters && 2 * uint256(threshold) > attesters + faulty;
        bytes memory set = ascending(attesters);
        if (!overlapping) vm.expectPartialRevert(IClearingVault.InvalidThreshold.selector);
        deploy(set, threshold);
    }

    function test_theZeroAddressCannotAttest() public {
        bytes memory set = ascending(4);
        for (uint256 i = 0; i < 20; ++i) {
            set[i] = 0;
        }
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.UnsortedSet.selector, 0));
        deploy(set, 3);
    }

    function test_aDuplicateCannotAttest() public {
        bytes memory set = abi.encodePacked(address(1), address(2), address(2), address(3));
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.UnsortedSet.selector, 2));
        deploy(set, 3);
    }

    function test_anUnsortedSetCannotBeBuilt() public {
        bytes memory set = abi.encodePacked(address(1), address(2), address(4), address(3));
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.UnsortedSet.selector, 3));
        deploy(set, 3);
    }

    function test_aTokenNeedsCode() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.TokenWithoutCode.selector, bob));
        list(IClearingVault.TokenConfig(bob, 1, 1, 1));
    }

    function test_aTokenIsListedOnce() public {
        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](2);
        tokens[0] = IClearingVault.TokenConfig(address(token), 1, 1, 1);
        tokens[1] = IClearingVault.TokenConfig(address(token), 2, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.DuplicateToken.selector, address(token)));
        deployVault(attesterSet, THRESHOLD, tokens);
    }

    function test_quantumMinimumAndCapHaveRanges() public {
        uint128 maximum = 1 << 62;
        list(IClearingVault.TokenConfig(address(token), type(uint128).max, maximum, maximum));
        bytes memory reason = abi.encodeWithSelector(IClearingVault.InvalidTokenConfig.selector, address(token));
        vm.expectRevert(reason);
        list(IClearingVault.TokenConfig(address(token), 0, 1, 1));
        vm.expectRevert(reason);
        list(IClearingVault.TokenConfig(address(token), 1, 0, 1));
        vm.expectRevert(reason);
        list(IClearingVault.TokenConfig(address(token), 1, 2, 1));
        vm.expectRevert(reason);
        list(IClearingVault.TokenConfig(address(token), 1, 1, maximum + 1));
    }

    function testFuzz_tokenConfigReadsBackWhatWasListed(uint128 quantum, uint128 minDeposit, uint128 cap) public {
        quantum = uint128(bound(quantum, 1, type(uint128).max));
        cap = uint128(bound(cap, 1, 1 << 62));
        minDeposit = uint128(bound(minDeposit, 1, cap));
        vault = list(IClearingVault.TokenConfig(address(token), quantum, minDeposit, cap));
        (uint128 readQuantum, uint128 readMinDeposit, uint128 readCap) = vault.tokenConfig(address(token));
        vm.assertEq(readQuantum, quantum, "quantum");
        vm.assertEq(readMinDeposit, minDeposit, "minDeposit");
        vm.assertEq(readCap, cap, "cap");
    }

    function test_tokenConfigOfAnUnlistedTokenIsZero() public view {
        (uint128 quantum, uint128 minDeposit, uint128 cap) = vault.tokenConfig(bob);
        vm.assertEq(uint256(quantum) + minDeposit + cap, 0, "unlisted");
    }

    function ascending(uint256 count) private pure returns (bytes memory set) {
        for (uint256 i = 1; i <= count; ++i) {
            set = abi.encodePacked(set, address(uint160(i)));
        }
    }
}
