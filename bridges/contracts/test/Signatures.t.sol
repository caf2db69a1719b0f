// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";

/// @notice Who signed a batch. I7: signatures of fewer than `threshold` distinct attesters move nothing.
contract SignaturesTest is VaultFixture {
    uint256 private constant HALF = ORDER / 2;

    function setUp() public override {
        super.setUp();
        fund(1_000);
    }

    function signerCount(uint256 actual) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClearingVault.WrongSignerCount.selector, THRESHOLD, actual);
    }

    function ones(uint256 word) private pure returns (uint256 count) {
        for (uint256 i = 0; i < 256; ++i) {
            count += (word >> i) & 1;
        }
    }

    function put(bytes memory signatures, uint256 index, bytes32 r, bytes32 vs) private pure {
        assembly ("memory-safe") {
            let at := add(add(signatures, 0x20), shl(6, index))
            mstore(at, r)
            mstore(add(at, 0x20), vs)
        }
    }

    function get(bytes memory signatures, uint256 index) private pure returns (bytes32 r, bytes32 vs) {
        assembly ("memory-safe") {
            let at := add(add(signatures, 0x20), shl(6, index))
            r := mload(at)
            vs := mload(add(at, 0x20))
        }
    }

    function testFuzz_I7_onlyAQuorumOfDistinctAttestersSettles(uint256 bitmap) public {
        Call memory call_ = pay(bob, 1);
        call_.bitmap = bound(bitmap, 0, 127);
        sign(call_);
        if (ones(call_.bitmap) == THRESHOLD) {
            settle(call_);
            vm.assertEq(amountHeld(address(token), bob), QUANTUM, "paid");
        } else {
            refuse(call_, signerCount(ones(call_.bitmap)));
            vm.assertEq(amountHeld(address(token), bob), 0, "not paid");
        }
    }

    function test_fourSignaturesAreTooFewAndSixTooMany() public {
        Call memory call_ = pay(bob, 1);
        call_.bitmap = 0xf;
        sign(call_);
        refuse(call_, signerCount(4));
        call_.bitmap = 0x3f;
        sign(call_);
        refuse(call_, signerCount(6));
    }

    function test_noSignatureMovesNothing() public {
        Call memory call_ = pay(bob, 1);
        (call_.bitmap, call_.signatures) = (0, "");
        refuse(call_, signerCount(0));
    }

    function test_aBitBeyondTheSetIsRefused() public {
        Call memory call_ = pay(bob, 1);
        for (uint256 bit = ATTESTERS; bit < 256; bit += 31) {
            call_.bitmap = 0xf | 1 << bit;
            refuse(call_, abi.encodeWithSelector(IClearingVault.BitmapOutOfRange.selector, call_.bitmap, ATTESTERS));
        }
    }

    function test_signaturesAreExactlySixtyFourBytesEach() public {
        Call memory call_ = pay(bob, 1);
        bytes memory whole = call_.signatures;
        call_.signatures = bytes.concat(whole, hex"00");
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongSignaturesLength.selector, 320, 321));
        call_.signatures = bytes.concat(whole, new bytes(64));
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongSignaturesLength.selector, 320, 384));
        call_.signatures = new bytes(319);
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongSignaturesLength.selector, 320, 319));
    }

    function test_oneAttesterCannotSignForAnother() public {
        Call memory call_ = pay(bob, 1);
        (bytes32 r, bytes32 vs) = get(call_.signatures, 0);
        put(call_.signatures, 1, r, vs);
        refuse(
            call_, abi.encodeWithSelector(IClearingVault.WrongSigner.selector, 1, vm.addr(keys[1]), vm.addr(keys[0]))
        );
    }

    function test_signaturesStandInTheOrderOfTheSet() public {
        Call memory call_ = pay(bob, 1);
        (bytes32 r0, bytes32 vs0) = get(call_.signatures, 0);
        (bytes32 r1, bytes32 vs1) = get(call_.signatures, 1);
        put(call_.signatures, 0, r1, vs1);
        put(call_.signatures, 1, r0, vs0);
        refuse(
            call_, abi.encodeWithSelector(IClearingVault.WrongSigner.selector, 0, vm.addr(keys[0]), vm.addr(keys[1]))
        );
    }

    function test_anOutsiderCannotSign() public {
        Call memory call_ = pay(bob, 1);
        (bytes32 r, bytes32 vs) =
            vm.signCompact(0xbad, digestOf(address(vault), vm.getChainId(), call_.batch, call_.entries));
        put(call_.signatures, 4, r, vs);
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongSigner.selector, 4, vm.addr(keys[4]), vm.addr(0xbad)));
    }

    function test_theOtherParityIsAnotherSigner() public {
        Call memory call_ = pay(bob, 1);
        (bytes32 r, bytes32 vs) = get(call_.signatures, 2);
        put(call_.signatures, 2, r, vs ^ bytes32(uint256(1) << 255));
        vm.expectPartialRevert(IClearingVault.WrongSigner.selector);
        settle(call_);
    }

    function test_aSignatureByNobodyIsRefused() public {
        Call memory call_ = pay(bob, 1);
        put(call_.signatures, 0, bytes32(ORDER), bytes32(uint256(1)));
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongSigner.selector, 0, vm.addr(keys[0]), address(0)));
    }

    function test_aZeroRIsRefused() public {
        Call memory call_ = pay(bob, 1);
        put(call_.signatures, 3, 0, bytes32(uint256(1)));
        refuse(call_, abi.encodeWithSelector(IClearingVault.MalformedSignature.selector, 3));
    }

    function test_anSAboveHalfTheOrderIsRefusedByItsValue() public {
        Call memory call_ = pay(bob, 1);
        (bytes32 r,) = get(call_.signatures, 3);
        put(call_.signatures, 3, r, bytes32(HALF + 1));
        refuse(call_, abi.encodeWithSelector(IClearingVault.MalformedSignature.selector, 3));
        put(call_.signatures, 3, r, bytes32(HALF));
        vm.expectPartialRevert(IClearingVault.WrongSigner.selector);
        settle(call_);
    }

    /// @dev A compact signature has room for a high s only in a range that no search hits, so the key is made from the signature:
    /// for a known k and s of choice, d = (s * k - z) / r is a key for which (r, s) is a true signature of z.
    function test_aTrueSignatureWithAHighSIsRefused() public {
        address future = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        Call memory call_ = pay(bob, 1);
        uint256 z = uint256(digestOf(future, vm.getChainId(), call_.batch, call_.entries));
        (uint256 forged, bytes32 r, bytes32 vs) = keyOf(z, HALF + 12_345);
        address forger = vm.addr(forged);
        vm.assertEq(ecrecover(bytes32(z), uint8(27 + uint256(vs >> 255)), r, (vs << 1) >> 1), forger, "true signature");

        replaceKey(forged);
        uint256 seat = seatOf(forger);
        call_.set = packSet(keys);
        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](1);
        tokens[0] = IClearingVault.TokenConfig(address(token), QUANTUM, MIN_DEPOSIT, CAP);
        vault = deployVault(call_.set, THRESHOLD, tokens);
        vm.assertEq(address(vault), future, "address");
        fund(1_000);

        call_.bitmap = seat < 5 ? FIRST_FIVE : 0xf | 1 << seat;
        sign(call_);
        uint256 index = seat < 5 ? seat : 4;
        (bytes32 lowR, bytes32 lowVs) = get(call_.signatures, index);
        put(call_.signatures, index, r, vs);
        refuse(call_, abi.encodeWithSelector(IClearingVault.MalformedSignature.selector, index));
        put(call_.signatures, index, lowR, lowVs);
        settle(call_);
    }

    function test_anotherSetIsRefused() public {
        Call memory call_ = pay(bob, 1);
        replaceKey(0xbad);
        call_.set = packSet(keys);
        sign(call_);
        refuse(call_, wrongSet(call_.set));
    }

    function test_aShorterOrLongerSetIsRefused() public {
        Call memory call_ = pay(bob, 1);
        call_.set = bytes.concat(attesterSet, hex"00");
        refuse(call_, wrongSet(call_.set));
        call_.set = "";
        refuse(call_, wrongSet(""));
    }

    function wrongSet(bytes memory set) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IClearingVault.WrongAttesterSet.selector,
            vault.attesterSetHash(),
            keccak256(abi.encodePacked(THRESHOLD, set))
        );
    }

    /// @dev Whatever single bit of a signed call changes after signing, nothing moves.
    function testFuzz_aChangedBitMovesNothing(uint256 position) public {
        Call memory call_ = pay(bob, 1);
        bytes memory data = abi.encodeCall(
            IClearingVault.settle, (call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures)
        );
        uint256 bit = bound(position, 0, (4 + 32 * 11) * 8 - 1);
        data[bit / 8] = bytes1(uint8(data[bit / 8]) ^ uint8(1 << (bit % 8)));
        (bool done,) = address(vault).call(data);
        vm.assertFalse(done && bit >= 32, "settled");
        vm.assertEq(amountHeld(address(token), bob), 0, "paid");
        vm.assertEq(vault.nonce(), 0, "nonce");
    }

    function test_anotherVaultsSignaturesAreRefused() public {
        Call memory call_ = pay(bob, 1);
        IClearingVault first = vault;
        super.setUp();
        vm.assertFalse(address(first) == address(vault), "two vaults");
        call_.batch.token = address(token);
        call_.signatures =
            signAll(keys, FIRST_FIVE, digestOf(address(first), vm.getChainId(), call_.batch, call_.entries));
        fund(1_000);
        vm.expectPartialRevert(IClearingVault.WrongSigner.selector);
        settle(call_);
    }

    function test_everyAttesterOfTheLargestSetCanSign() public {
        keys = attesterKeys(255);
        attesterSet = packSet(keys);
        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](0);
        vault = deployVault(attesterSet, 170, tokens);
        Call memory call_ = empty();
        call_.bitmap = ((1 << 170) - 1) << 85;
        sign(call_);
        settle(call_);
        vm.assertEq(vault.nonce(), 1, "settled");
    }

    function keyOf(uint256 z, uint256 s) private returns (uint256 key, bytes32 r, bytes32 vs) {
        uint256 k = 0xc0ffee;
        uint256 x = vm.createWallet(k).publicKeyX;
        uint256 parity = vm.createWallet(k).publicKeyY & 1;
        uint256 difference = addmod(mulmod(s, k, ORDER), ORDER - z % ORDER, ORDER);
        key = mulmod(difference, inverse(x % ORDER), ORDER);
        return (key, bytes32(x), bytes32(s | parity << 255));
    }

    /// @dev Fermat: a^(p - 2) = 1 / a for a prime p.
    function inverse(uint256 value) private pure returns (uint256 result) {
        result = 1;
        for (uint256 exponent = ORDER - 2; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, value, ORDER);
            value = mulmod(value, value, ORDER);
        }
    }

    function seatOf(address attester) private view returns (uint256 seat) {
        while (vm.addr(keys[seat]) != attester) {
            ++seat;
        }
    }
}
