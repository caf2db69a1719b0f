// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../interfaces/IClearingVault.sol";

/// @title AttesterQuorum
/// @notice The attester set as packed ascending 20-byte addresses, and the check that a quorum of it signed. Order and uniqueness are
/// checked once, when the set is fixed; afterwards its hash stands for it and a bitmap selects signers, so that no attester can
/// count twice.
library AttesterQuorum {
    /// @notice Smallest set: with three attesters or fewer not one may be faulty.
    uint256 internal constant MIN_ATTESTERS = 4;
    /// @notice Largest set: one bit of a word each, and a count that fits a byte.
    uint256 internal constant MAX_ATTESTERS = 255;

    uint256 private constant ADDRESS_BYTES = 20;
    uint256 private constant SIGNATURE_BYTES = 64;
    /// @dev Half of the order of secp256k1, rounded down: the largest s which is accepted.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @notice Checks that the set can be fixed: 4 to 255 ascending non-zero addresses, and a threshold such that two quorums
    /// always share more than f = floor((n - 1) / 3) attesters.
    /// @param set Packed addresses.
    /// @param threshold Signatures which a batch needs.
    function requireValid(bytes memory set, uint256 threshold) internal pure {
        uint256 attesters = set.length / ADDRESS_BYTES;
        if (set.length % ADDRESS_BYTES != 0 || attesters < MIN_ATTESTERS || attesters > MAX_ATTESTERS) {
            revert IClearingVault.InvalidSetLength(set.length);
        }
        uint256 faulty = (attesters - 1) / 3;
        uint256 smallest = (attesters + faulty) / 2 + 1;
        if (threshold < smallest || threshold > attesters) {
            revert IClearingVault.InvalidThreshold(threshold, smallest, attesters);
        }
        uint160 last = 0;
        for (uint256 index = 0; index < attesters; ++index) {
            uint160 current = 0;
            for (uint256 offset = 0; offset < ADDRESS_BYTES; ++offset) {
                current = (current << 8) | uint8(set[index * ADDRESS_BYTES + offset]);
            }
            if (current <= last) revert IClearingVault.UnsortedSet(index);
            last = current;
        }
    }

    /// @notice The hash which stands for a set and its threshold.
    function hash(bytes memory set, uint8 threshold) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(threshold, set));
    }

    /// @notice Checks that exactly `threshold` attesters signed the digest.
    /// @param digest What was signed.
    /// @param threshold Signatures needed.
    /// @param set Packed addresses, already known to be the fixed set.
    /// @param bitmap Bit i selects attester i.
    /// @param signatures One EIP-2098 signature per selected attester, in ascending order.
    function requireSigned(
        bytes32 digest,
        uint256 threshold,
        bytes calldata set,
        uint256 bitmap,
        bytes calldata signatures
    ) internal pure {
        uint256 attesters = set.length / ADDRESS_BYTES;
        if (bitmap >> attesters != 0) revert IClearingVault.BitmapOutOfRange(bitmap, attesters);
        uint256 selected = _ones(bitmap);
        if (selected != threshold) revert IClearingVault.WrongSignerCount(threshold, selected);
        if (signatures.length != threshold * SIGNATURE_BYTES) {
            revert IClearingVault.WrongSignaturesLength(threshold * SIGNATURE_BYTES, signatures.length);
        }
        uint256 index = 0;
        for (uint256 attester = 0; bitmap != 0; ++attester) {
            if (bitmap & 1 == 1) {
                uint256 start = index * SIGNATURE_BYTES;
                address expected = address(bytes20(set[attester * ADDRESS_BYTES:]));
                _requireSigner(
                    digest, index, expected, bytes32(signatures[start:]), uint256(bytes32(signatures[start + 32:]))
                );
                ++index;
            }
            bitmap >>= 1;
        }
    }

    function _requireSigner(bytes32 digest, uint256 index, address expected, bytes32 r, uint256 yParityAndS)
        private
        pure
    {
        uint256 s = yParityAndS & (type(uint256).max >> 1);
        if (r == 0 || s > HALF_ORDER) revert IClearingVault.MalformedSignature(index);
        address recovered = ecrecover(digest, uint8(27 + (yParityAndS >> 255)), r, bytes32(s));
        if (recovered != expected) revert IClearingVault.WrongSigner(index, expected, recovered);
    }

    function _ones(uint256 word) private pure returns (uint256 count) {
        unchecked {
            for (; word != 0; word &= word - 1) {
                ++count;
            }
        }
    }
}
