// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

/// @notice Batches of a token that misbehaves towards one recipient (bob) or towards all.
contract HostileTokensTest is VaultFixture {
    function setUp() public override {
        super.setUp();
        fundHostile(1_000);
    }

    function batch() private view returns (Call memory) {
        return next(address(hostile), bytes.concat(entry(alice, 1), entry(bob, 2), entry(alice, 3), entry(bob, 4)));
    }

    function expectClaimableByBob(HostileToken.Mode mode) private {
        hostile.setModeTowards(bob, mode);
        Call memory call_ = batch();
        vm.expectEmit(true, true, true, true, address(vault));
        emit IClearingVault.PushFailed(1, address(hostile), bob, 2);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IClearingVault.PushFailed(1, address(hostile), bob, 4);
        settle(call_);
        vm.assertEq(hostile.balanceOf(alice), 4 * QUANTUM, "alice is paid");
        vm.assertEq(hostile.balanceOf(bob), 0, "bob is not");
        vm.assertEq(vault.claimable(address(hostile), bob), 6, "claimable");
        vm.assertEq(vault.claimable(address(hostile), alice), 0, "not by alice");
        vm.assertEq(vault.claimableTotal(address(hostile)), 6, "claimableTotal");
        vm.assertEq(hostile.balanceOf(address(vault)), 996 * QUANTUM, "vault");
    }

    function expectMismatch(uint256 expected, uint256 actual) private {
        refuse(
            batch(), abi.encodeWithSelector(IClearingVault.BalanceMismatch.selector, address(hostile), expected, actual)
        );
        vm.assertEq(vault.nonce(), 0, "nonce stays");
        vm.assertEq(hostile.balanceOf(address(vault)), 1_000 * QUANTUM, "balance stays");
    }

    function test_aBlockedRecipientCanClaim() public {
        expectClaimableByBob(HostileToken.Mode.Revert);
    }

    function test_aFalseBecomesClaimable() public {
        expectClaimableByBob(HostileToken.Mode.ReturnFalse);
    }

    function test_aBurnedAllowanceBecomesClaimable() public {
        expectClaimableByBob(HostileToken.Mode.BurnGas);
    }

    function test_aRevertingReturnBombBecomesClaimable() public {
        expectClaimableByBob(HostileToken.Mode.RevertBomb);
    }

    function test_aReturnBombIsNotCopied() public {
        hostile.setModeTowards(bob, HostileToken.Mode.ReturnBomb);
        Call memory call_ = batch();
        uint256 before = gasleft();
        settle(call_);
        vm.assertLe(before - gasleft(), 320_000, "only the token pays for its bomb");
        vm.assertEq(hostile.balanceOf(bob), 6 * QUANTUM, "paid, since the first word says so");
    }

    function test_aTokenWithoutReturnValuePays() public {
        hostile.setMode(HostileToken.Mode.NoReturn);
        settle(batch());
        vm.assertEq(hostile.balanceOf(bob), 6 * QUANTUM, "bob");
        vm.assertEq(vault.claimableTotal(address(hostile)), 0, "claimable");
    }

    function test_aPausedTokenMakesAllClaimable() public {
        hostile.setMode(HostileToken.Mode.Revert);
        settle(batch());
        vm.assertEq(vault.claimable(address(hostile), alice), 4, "alice");
        vm.assertEq(vault.claimable(address(hostile), bob), 6, "bob");
        vm.assertEq(vault.claimableTotal(address(hostile)), 10, "claimableTotal");
    }

    function test_whatIsClaimableIsNotPaidTwice() public {
        hostile.setModeTowards(bob, HostileToken.Mode.Revert);
        settle(next(address(hostile), entry(bob, 600)));
        refuse(
            next(address(hostile), entry(alice, 401)),
            abi.encodeWithSelector(IClearingVault.InsufficientVaultBalance.selector, address(hostile), 1_001, 1_000)
        );
        settle(next(address(hostile), entry(alice, 400)));
        vm.assertEq(hostile.balanceOf(address(vault)), 600 * QUANTUM, "covers the claim");
    }

    function test_aPartialQuantumInTheBalanceCountsForNothing() public {
        hostile.mint(address(vault), QUANTUM - 1);
        refuse(
            next(address(hostile), entry(alice, 1_001)),
            abi.encodeWithSelector(IClearingVault.InsufficientVaultBalance.selector, address(hostile), 1_001, 1_000)
        );
    }

    function test_aShrunkenBalancePaysOnlyWhatIsThere() public {
        hostile.burn(address(vault), 1);
        refuse(
            next(address(hostile), entry(alice, 1_000)),
            abi.encodeWithSelector(IClearingVault.InsufficientVaultBalance.selector, address(hostile), 1_000, 999)
        );
        settle(next(address(hostile), entry(alice, 999)));
    }

    function test_aLyingSuccessRefusesTheBatch() public {
        hostile.setModeTowards(bob, HostileToken.Mode.Lie);
        expectMismatch(990 * QUANTUM, 996 * QUANTUM);
    }

    function test_aMoveThatIsDeniedRefusesTheBatch() public {
        hostile.setModeTowards(bob, HostileToken.Mode.MoveAndDeny);
        expectMismatch(996 * QUANTUM, 990 * QUANTUM);
    }

    function test_aMoveAnsweredByRubbishRefusesTheBatch() public {
        hostile.setModeTowards(bob, HostileToken.Mode.ReturnShort);
        expectMismatch(996 * QUANTUM, 990 * QUANTUM);
        hostile.setModeTowards(bob, HostileToken.Mode.ReturnTwo);
        expectMismatch(996 * QUANTUM, 990 * QUANTUM);
    }

    function test_aTokenCannotEnterAgain() public {
        hostile.setModeTowards(bob, HostileToken.Mode.Reenter);
        Call memory second = empty();
        second.batch.nonce = 2;
        sign(second);
        bytes[4] memory calls = [
            abi.encodeCall(
                IClearingVault.settle, (second.batch, second.entries, second.set, second.bitmap, second.signatures)
            ),
            abi.encodeCall(IClearingVault.deposit, (address(hostile), 1_000, aliceAccount)),
            abi.encodeCall(IClearingVault.deposit, (address(token), 1_000, aliceAccount)),
            abi.encodeCall(IClearingVault.claim, (address(hostile), bob))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            hostile.setReentry(address(vault), calls[i]);
            settle(next(address(hostile), entry(bob, 1)));
            vm.assertFalse(hostile.reentryDone(), "reentered");
            vm.assertEq(hostile.reentryResult(), abi.encodeWithSelector(IClearingVault.Reentered.selector), "reason");
            vm.assertEq(vault.nonce(), i + 1, "one batch each");
        }
    }

    function test_aTokenThatLostItsCodeStopsItsOwnBatchesOnly() public {
        Call memory call_ = batch();
        vm.etch(address(hostile), "");
        refuse(call_, "");
        fund(10);
        settle(pay(bob, 1));
    }

    function test_theLargestBatchOfBlockedRecipientsSettles() public {
        hostile.setMode(HostileToken.Mode.Revert);
        bytes memory entries;
        for (uint160 i = 1; i <= 400; ++i) {
            entries = bytes.concat(entries, entry(address(i), 1));
        }
        Call memory call_ = next(address(hostile), entries);
        uint256 before = gasleft();
        settle(call_);
        vm.assertLe(before - gasleft(), 1 << 24, "EIP-7825");
        vm.assertEq(vault.claimableTotal(address(hostile)), 400, "claimableTotal");
    }
}
