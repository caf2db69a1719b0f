// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { DepositChain } from "../src/libraries/DepositChain.sol";
import { Attesters } from "./base/Attesters.sol";
import { IMintableToken } from "./base/IMintableToken.sol";

/// @notice The golden vectors, which the Java tests check as well: each batch is signed again, and settled by a vault that stands at
/// the address, on the chain and with the attesters of the vector.
contract VectorsTest is Attesters {
    string private json;

    function path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "].", field);
    }

    function number(uint256 index, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, path(index, field));
    }

    function word(uint256 index, string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, path(index, field));
    }

    function raw(uint256 index, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, path(index, field));
    }

    function readBatch(uint256 index) private view returns (IClearingVault.Batch memory batch) {
        batch.setEpoch = uint64(number(index, "batch.setEpoch"));
        batch.nonce = uint64(number(index, "batch.nonce"));
        batch.token = vm.parseJsonAddress(json, path(index, "batch.token"));
        batch.stateSeq = uint64(number(index, "batch.stateSeq"));
        batch.stateRoot = word(index, "batch.stateRoot");
        batch.stateSum = uint128(number(index, "batch.stateSum"));
        batch.depositSeq = uint64(number(index, "batch.depositSeq"));
        batch.depositAcc = word(index, "batch.depositAcc");
        batch.total = uint128(number(index, "batch.total"));
        batch.count = uint32(number(index, "batch.count"));
        batch.notAfter = uint64(number(index, "batch.notAfter"));
    }

    /// @dev Runs a constructor at a place of our choice and leaves its result there.
    function deployAt(address place, bytes memory creation) private {
        vm.etch(place, creation);
        (bool done, bytes memory runtime) = place.call("");
        vm.assertTrue(done, "construction");
        vm.etch(place, runtime);
    }

    function checkCase(uint256 index) private {
        json = vm.readFile("test/vectors/batch.json");
        vm.chainId(number(index, "domain.chainId"));
        IClearingVault vault = IClearingVault(vm.parseJsonAddress(json, path(index, "domain.verifyingContract")));
        IClearingVault.Batch memory batch = readBatch(index);
        bytes memory entries = raw(index, "entriesPacked");

        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](batch.count == 0 ? 0 : 1);
        if (batch.count != 0) {
            deployAt(
                batch.token, abi.encodePacked(vm.getCode("TestToken.sol:TestToken"), abi.encode("Vector", "VEC", 6))
            );
            IMintableToken(batch.token).mint(address(vault), batch.total);
            tokens[0] = IClearingVault.TokenConfig(batch.token, 1, 1, 1);
        }
        bytes memory arguments = abi.encode(raw(index, "set"), uint8(number(index, "threshold")), tokens);
        deployAt(address(vault), abi.encodePacked(vm.getCode("ClearingVault.sol:ClearingVault"), arguments));

        vm.assertEq(vault.DOMAIN_SEPARATOR(), word(index, "domainSeparator"), "domain separator");
        vm.assertEq(vault.attesterSetHash(), word(index, "attesterSetHash"), "set hash");
        vm.assertEq(keccak256(entries), word(index, "entriesHash"), "entries hash");
        bytes32 digest = vault.digest(batch, keccak256(entries));
        vm.assertEq(digest, word(index, "digest"), "digest");
        vm.assertEq(
            keccak256(abi.encodePacked(hex"1901", vault.DOMAIN_SEPARATOR(), word(index, "structHash"))),
            digest,
            "struct hash"
        );
        checkEntries(index, entries);
        checkSignatures(index, digest);

        vault.settle(batch, entries, raw(index, "set"), number(index, "bitmap"), raw(index, "signaturesPacked"));
        vm.assertEq(vault.nonce(), batch.nonce, "settled");
    }

    function checkEntries(uint256 index, bytes memory packed) private view {
        bytes memory expected;
        for (uint256 i = 0; i < packed.length / 32; ++i) {
            string memory base = string.concat("entries[", vm.toString(i), "]");
            expected = abi.encodePacked(
                expected,
                vm.parseJsonAddress(json, path(index, string.concat(base, ".to"))),
                uint96(number(index, string.concat(base, ".quanta")))
            );
        }
        vm.assertEq(packed, expected, "entries");
    }

    function checkSignatures(uint256 index, bytes32 digest) private view {
        uint256 count = raw(index, "set").length / 20;
        uint256[] memory keys = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = uint256(word(index, string.concat("attesters[", vm.toString(i), "].privateKey")));
        }
        vm.assertEq(packSet(keys), raw(index, "set"), "set");
        bytes memory signatures = signAll(keys, number(index, "bitmap"), digest);
        vm.assertEq(signatures, raw(index, "signaturesPacked"), "signatures");
    }

    function test_threeEntriesByThreeOfFour() public {
        checkCase(0);
    }

    function test_noEntryByThreeOfFour() public {
        checkCase(1);
    }

    function test_oneEntryByFiveOfSeven() public {
        checkCase(2);
    }

    function test_theTypeIsTheOneSigned() public {
        json = vm.readFile("test/vectors/batch.json");
        vm.assertEq(
            vm.parseJsonString(json, ".type"),
            "Batch(uint64 setEpoch,uint64 nonce,address token,uint64 stateSeq,bytes32 stateRoot,uint128 stateSum,uint64 depositSeq,bytes32 depositAcc,uint128 total,uint32 count,uint64 notAfter,bytes32 entries)",
            "type"
        );
    }

    function test_depositsChain() public {
        json = vm.readFile("test/vectors/deposits.json");
        bytes32 acc;
        for (uint256 i = 0; i < 3; ++i) {
            string memory base = string.concat(".deposits[", vm.toString(i), "].");
            uint64 seq = uint64(vm.parseJsonUint(json, string.concat(base, "seq")));
            address token = vm.parseJsonAddress(json, string.concat(base, "token"));
            bytes32 account = vm.parseJsonBytes32(json, string.concat(base, "accountId"));
            uint128 quanta = uint128(vm.parseJsonUint(json, string.concat(base, "quanta")));
            bytes32 leaf = keccak256(abi.encodePacked(seq, token, account, quanta));
            vm.assertEq(leaf, vm.parseJsonBytes32(json, string.concat(base, "leaf")), "leaf");
            acc = DepositChain.append(acc, seq, token, account, quanta);
            vm.assertEq(acc, vm.parseJsonBytes32(json, string.concat(base, "acc")), "acc");
        }
    }
}
