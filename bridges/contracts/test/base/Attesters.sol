// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../../src/interfaces/IClearingVault.sol";
import { TestBase } from "./TestBase.sol";

/// @notice Attesters with their keys, and the signing of batches written the plain way, so that the vault is checked against a
/// second implementation.
abstract contract Attesters is TestBase {
    /// @dev Order of secp256k1.
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @notice Keys in ascending order of their addresses.
    function attesterKeys(uint256 count) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = uint256(keccak256(abi.encode("attester", i))) % (ORDER - 1) + 1;
        }
        sortByAddress(keys);
    }

    function sortByAddress(uint256[] memory keys) internal pure {
        address[] memory addresses = new address[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            addresses[i] = vm.addr(keys[i]);
            for (uint256 j = i; j > 0 && addresses[j - 1] > addresses[j]; --j) {
                (addresses[j - 1], addresses[j]) = (addresses[j], addresses[j - 1]);
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }

    function packSet(uint256[] memory keys) internal pure returns (bytes memory set) {
        for (uint256 i = 0; i < keys.length; ++i) {
            set = abi.encodePacked(set, vm.addr(keys[i]));
        }
    }

    function digestOf(address vault, uint256 chain, IClearingVault.Batch memory batch, bytes memory entries)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("CrossclearVault"),
                keccak256("1"),
                chain,
                vault
            )
        );
        bytes memory head = abi.encode(
            keccak256(
                "Batch(uint64 setEpoch,uint64 nonce,address token,uint64 stateSeq,bytes32 stateRoot,uint128 stateSum,uint64 depositSeq,bytes32 depositAcc,uint128 total,uint32 count,uint64 notAfter,bytes32 entries)"
            ),
            batch.setEpoch,
            batch.nonce,
            batch.token,
            batch.stateSeq,
            batch.stateRoot,
            batch.stateSum
        );
        bytes memory tail = abi.encode(
            batch.depositSeq, batch.depositAcc, batch.total, batch.count, batch.notAfter, keccak256(entries)
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, keccak256(bytes.concat(head, tail))));
    }

    /// @notice Signatures of the attesters the bitmap selects, in ascending order.
    function signAll(uint256[] memory keys, uint256 bitmap, bytes32 digest)
        internal
        pure
        returns (bytes memory signatures)
    {
        for (uint256 i = 0; i < keys.length; ++i) {
            if ((bitmap >> i) & 1 == 0) continue;
            (bytes32 r, bytes32 vs) = vm.signCompact(keys[i], digest);
            signatures = bytes.concat(signatures, r, vs);
        }
    }
}
