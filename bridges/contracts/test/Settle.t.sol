// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";

/// @notice Everything about a batch except who signed it: the batches here are always signed as they stand.
contract SettleTest is VaultFixture {
    function setUp() public override {
        super.setUp();
        fund(1_000_000);
    }

    function refuseSigned(Call memory call_, bytes memory reason) private {
        sign(call_);
        uint64 nonce = vault.nonce();
        uint256 held = amountHeld(address(token), address(vault));
        refuse(call_, reason);
        vm.assertEq(vault.nonce(), nonce, "nonce stays");
        vm.assertEq(amountHeld(address(token), address(vault)), held, "balance stays");
    }

    function error_(bytes4 selector) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector);
    }

    function test_aBatchPaysItsEntries() public {
        Call memory call_ = next(address(token), bytes.concat(entry(bob, 7), entry(alice, 1), entry(bob, 5)));
        vm.expectEmit(true, true, true, true, address(vault));
        emit IClearingVault.Settled(
            1, address(token), digestOf(address(vault), vm.getChainId(), call_.batch, call_.entries), 13, 3
        );
        settle(call_);
        vm.assertEq(amountHeld(address(token), bob), 12 * QUANTUM, "bob");
        vm.assertEq(amountHeld(address(token), alice), QUANTUM, "alice");
        vm.assertEq(amountHeld(address(token), address(vault)), (1_000_000 - 13) * QUANTUM, "vault");
        vm.assertEq(vault.nonce(), 1, "nonce");
        vm.assertEq(vault.claimableTotal(address(token)), 0, "nothing claimable");
    }

    function testFuzz_aBatchPaysExactlyWhatWasSigned(address[8] memory recipients, uint16[8] memory quanta) public {
        bytes memory entries;
        uint256[8] memory before;
        for (uint256 i = 0; i < 8; ++i) {
            recipients[i] = address(uint160(bound(uint160(recipients[i]), 1 << 80, type(uint160).max)));
            if (recipients[i] == address(vault)) recipients[i] = bob;
            quanta[i] = uint16(bound(quanta[i], 1, type(uint16).max));
            entries = bytes.concat(entries, entry(recipients[i], quanta[i]));
            before[i] = amountHeld(address(token), recipients[i]);
        }
        settle(next(address(token), entries));
        for (uint256 i = 0; i < 8; ++i) {
            uint256 due = 0;
            for (uint256 j = 0; j < 8; ++j) {
                if (recipients[j] == recipients[i]) due += uint256(quanta[j]) * QUANTUM;
            }
            vm.assertEq(amountHeld(address(token), recipients[i]), before[i] + due, "paid");
        }
    }

    function test_anEmptyBatchAdvancesTheNonce() public {
        settle(empty());
        settle(empty());
        vm.assertEq(vault.nonce(), 2, "nonce");
    }

    function test_anEmptyBatchNamesNoToken() public {
        refuseSigned(next(address(token), ""), abi.encodeWithSelector(IClearingVault.TokenInEmptyBatch.selector, token));
    }

    function test_anEmptyBatchHasNoTotal() public {
        Call memory call_ = empty();
        call_.batch.total = 1;
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongTotal.selector, 1, 0));
    }

    function test_anotherChainIsRefused() public {
        Call memory call_ = pay(bob, 1);
        uint256 home = vm.getChainId();
        vm.chainId(home + 1);
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongChain.selector, home, home + 1));
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongChain.selector, home, home + 1));
        vm.chainId(home);
        sign(call_);
        settle(call_);
    }

    function test_anotherEpochIsRefused() public {
        Call memory call_ = pay(bob, 1);
        call_.batch.setEpoch = 2;
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEpoch.selector, 1, 2));
        call_.batch.setEpoch = 0;
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEpoch.selector, 1, 0));
    }

    function test_aReplayIsRefused() public {
        Call memory call_ = pay(bob, 1);
        settle(call_);
        refuse(call_, abi.encodeWithSelector(IClearingVault.WrongNonce.selector, 2, 1));
        vm.assertEq(amountHeld(address(token), bob), QUANTUM, "paid once");
    }

    function testFuzz_onlyTheNextNonceSettles(uint64 nonce) public {
        settle(empty());
        Call memory call_ = pay(bob, 1);
        call_.batch.nonce = nonce;
        if (nonce != 2) refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongNonce.selector, 2, nonce));
    }

    function test_aBatchSettlesUntilItsLastSecond() public {
        Call memory call_ = pay(bob, 1);
        vm.warp(call_.batch.notAfter + 1);
        refuse(
            call_,
            abi.encodeWithSelector(IClearingVault.BatchExpired.selector, call_.batch.notAfter, call_.batch.notAfter + 1)
        );
        vm.warp(call_.batch.notAfter);
        settle(call_);
    }

    function test_everyFieldOfARootIsRefused() public {
        bytes memory reason = error_(IClearingVault.RootNotSupported.selector);
        for (uint256 i = 0; i < 5; ++i) {
            Call memory call_ = pay(bob, 1);
            if (i == 0) call_.batch.stateSeq = 1;
            if (i == 1) call_.batch.stateRoot = bytes32(uint256(1));
            if (i == 2) call_.batch.stateSum = 1;
            if (i == 3) call_.batch.depositSeq = 1;
            if (i == 4) call_.batch.depositAcc = bytes32(uint256(1));
            refuseSigned(call_, reason);
        }
    }

    function test_fourHundredEntriesAreTheMost() public {
        bytes memory entries;
        for (uint256 i = 0; i < 400; ++i) {
            entries = bytes.concat(entries, entry(bob, 1));
        }
        refuseSigned(
            next(address(token), bytes.concat(entries, entry(bob, 1))),
            abi.encodeWithSelector(IClearingVault.BatchTooLarge.selector, 401, 400)
        );
        settle(next(address(token), entries));
        vm.assertEq(amountHeld(address(token), bob), 400 * QUANTUM, "bob");
    }

    function test_entriesAreExactlyTheirCount() public {
        Call memory call_ = pay(bob, 1);
        bytes memory entries = call_.entries;
        call_.entries = bytes.concat(entries, hex"00");
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEntriesLength.selector, 32, 33));
        call_.entries = bytes.concat(entries, entries);
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEntriesLength.selector, 32, 64));
        call_.entries = "";
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEntriesLength.selector, 32, 0));
        call_.entries = entries;
        call_.batch.count = 0;
        refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongEntriesLength.selector, 0, 32));
    }

    function test_anUnlistedTokenIsRefused() public {
        refuseSigned(next(bob, entry(bob, 1)), abi.encodeWithSelector(IClearingVault.TokenNotListed.selector, bob));
        refuseSigned(
            next(address(0), entry(bob, 1)), abi.encodeWithSelector(IClearingVault.TokenNotListed.selector, address(0))
        );
    }

    function test_theZeroAddressIsNotPaid() public {
        refuseSigned(
            next(address(token), bytes.concat(entry(bob, 1), entry(address(0), 1))),
            error_(IClearingVault.ZeroRecipient.selector)
        );
    }

    function test_theVaultIsNotPaid() public {
        refuseSigned(pay(address(vault), 1), error_(IClearingVault.VaultAsRecipient.selector));
    }

    function test_anEntryOfNothingIsRefused() public {
        refuseSigned(
            next(address(token), bytes.concat(entry(bob, 1), entry(bob, 0))),
            abi.encodeWithSelector(IClearingVault.ZeroQuanta.selector, 1)
        );
    }

    function testFuzz_theTotalIsTheSumOfTheEntries(uint128 total) public {
        Call memory call_ = next(address(token), bytes.concat(entry(bob, 3), entry(alice, 4)));
        call_.batch.total = total;
        if (total != 7) refuseSigned(call_, abi.encodeWithSelector(IClearingVault.WrongTotal.selector, total, 7));
    }

    function test_theLargestEntriesAddUpWithoutWrapping() public {
        bytes memory entries = bytes.concat(entry(bob, type(uint96).max), entry(bob, type(uint96).max));
        uint256 needed = 2 * uint256(type(uint96).max);
        refuseSigned(
            next(address(token), entries),
            abi.encodeWithSelector(IClearingVault.InsufficientVaultBalance.selector, address(token), needed, 1_000_000)
        );
    }

    function test_aBatchPaysTheWholeBalanceButNoMore() public {
        refuseSigned(
            pay(bob, 1_000_001),
            abi.encodeWithSelector(
                IClearingVault.InsufficientVaultBalance.selector, address(token), 1_000_001, 1_000_000
            )
        );
        settle(pay(bob, 1_000_000));
        vm.assertEq(amountHeld(address(token), address(vault)), 0, "empty");
    }

    function test_truncatedCalldataIsRefused() public {
        Call memory call_ = pay(bob, 1);
        bytes memory data = abi.encodeCall(
            IClearingVault.settle, (call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures)
        );
        uint256 whole = data.length;
        for (uint256 length = 4; length < whole; length += 32) {
            assembly ("memory-safe") {
                mstore(data, length)
            }
            (bool done,) = address(vault).call(data);
            vm.assertFalse(done, "truncated");
        }
        assembly ("memory-safe") {
            mstore(data, whole)
        }
        (bool accepted,) = address(vault).call(bytes.concat(data, new bytes(32)));
        vm.assertTrue(accepted, "trailing bytes are no part of a call");
    }

    function test_dirtyFieldsAreRefused() public {
        Call memory call_ = pay(bob, 1);
        bytes memory data = abi.encodeCall(
            IClearingVault.settle, (call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures)
        );
        uint256[9] memory words = [uint256(0), 1, 2, 3, 5, 6, 8, 9, 10];
        for (uint256 i = 0; i < words.length; ++i) {
            data[4 + 32 * words[i]] = 0x80;
            (bool done,) = address(vault).call(data);
            vm.assertFalse(done, "dirty");
            data[4 + 32 * words[i]] = 0;
        }
        (bool accepted,) = address(vault).call(data);
        vm.assertTrue(accepted, "clean");
    }

    /// @dev Whatever gas a relayer gives, a push to an honest token never fails for want of it: the batch pays or reverts.
    function testFuzz_aStingyRelayerCannotMakeAPushFail(uint256 gasGiven) public {
        Call memory call_ = next(address(token), bytes.concat(entry(bob, 1), entry(alice, 1)));
        gasGiven = bound(gasGiven, 30_000, 400_000);
        try vault.settle{ gas: gasGiven }(call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures) {
            vm.assertEq(amountHeld(address(token), bob), QUANTUM, "bob");
            vm.assertEq(amountHeld(address(token), alice), QUANTUM, "alice");
            vm.assertEq(vault.claimableTotal(address(token)), 0, "claimable");
        } catch {
            vm.assertEq(vault.nonce(), 0, "nonce");
        }
    }

    function test_everyPushHasItsWholeAllowanceWhateverTheRelayerGives() public {
        fundHostile(10);
        Call memory call_ = next(address(hostile), entry(bob, 1));
        bool paid = false;
        bool starved = false;
        for (uint256 gasGiven = 100_000; gasGiven < 400_000 && !paid; gasGiven += 500) {
            try vault.settle{ gas: gasGiven }(call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures) {
                paid = true;
            } catch (bytes memory reason) {
                if (reason.length >= 4 && bytes4(reason) == IClearingVault.InsufficientGas.selector) starved = true;
            }
        }
        vm.assertTrue(paid, "paid in the end");
        vm.assertTrue(starved, "InsufficientGas before that");
        vm.assertGe(hostile.leastGas(), 119_500, "allowance, less the token's own dispatch");
    }
}
