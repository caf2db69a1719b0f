// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { VaultFixture } from "./base/VaultFixture.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

contract ClaimTest is VaultFixture {
    address private carol = address(0xCA401);

    /// @notice Bob's pushes fail and leave him six quanta, Carol three.
    function setUp() public override {
        super.setUp();
        fundHostile(1_000);
        hostile.setMode(HostileToken.Mode.Revert);
        settle(next(address(hostile), bytes.concat(entry(bob, 2), entry(carol, 3), entry(bob, 4))));
    }

    function refuseClaim(address to, bytes memory reason) private {
        vm.prank(bob);
        vm.expectRevert(reason);
        vault.claim(address(hostile), to);
        vm.assertEq(vault.claimable(address(hostile), bob), 6, "still claimable");
        vm.assertEq(vault.claimableTotal(address(hostile)), 9, "total");
        vm.assertEq(hostile.balanceOf(address(vault)), 1_000 * QUANTUM, "balance");
    }

    function mismatch(uint256 actual) private view returns (bytes memory) {
        return abi.encodeWithSelector(IClearingVault.BalanceMismatch.selector, address(hostile), 994 * QUANTUM, actual);
    }

    function test_anOwnerClaimsEverythingToAnyAddress() public {
        hostile.setMode(HostileToken.Mode.Honest);
        hostile.setModeTowards(bob, HostileToken.Mode.Revert);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IClearingVault.Claimed(address(hostile), bob, alice, 6);
        vm.prank(bob);
        vm.assertEq(vault.claim(address(hostile), alice), 6, "returned");
        vm.assertEq(hostile.balanceOf(alice), 6 * QUANTUM, "paid");
        vm.assertEq(vault.claimable(address(hostile), bob), 0, "claimable");
        vm.assertEq(vault.claimable(address(hostile), carol), 3, "carol's stays");
        vm.assertEq(vault.claimableTotal(address(hostile)), 3, "total");
        vm.assertEq(vault.nonce(), 1, "nonce untouched");
    }

    function test_nothingIsClaimedTwice() public {
        hostile.setMode(HostileToken.Mode.Honest);
        vm.startPrank(bob);
        vault.claim(address(hostile), bob);
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.NothingToClaim.selector, address(hostile), bob));
        vault.claim(address(hostile), bob);
    }

    function test_aStrangerHasNothingToClaim() public {
        hostile.setMode(HostileToken.Mode.Honest);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.NothingToClaim.selector, address(hostile), alice));
        vault.claim(address(hostile), alice);
        vm.expectRevert(abi.encodeWithSelector(IClearingVault.NothingToClaim.selector, address(7), alice));
        vault.claim(address(7), alice);
    }

    function test_neitherZeroNorTheVaultReceives() public {
        hostile.setMode(HostileToken.Mode.Honest);
        refuseClaim(address(0), abi.encodeWithSelector(IClearingVault.ZeroRecipient.selector));
        refuseClaim(address(vault), abi.encodeWithSelector(IClearingVault.VaultAsRecipient.selector));
    }

    function test_aFailedTransferLosesNothing() public {
        bytes memory reason = abi.encodeWithSelector(IClearingVault.TransferFailed.selector, address(hostile));
        refuseClaim(bob, reason);
        hostile.setMode(HostileToken.Mode.ReturnFalse);
        refuseClaim(bob, reason);
        hostile.setMode(HostileToken.Mode.RevertBomb);
        refuseClaim(bob, reason);
        hostile.setMode(HostileToken.Mode.MoveAndDeny);
        refuseClaim(bob, reason);
    }

    function test_aLyingSuccessLosesNothing() public {
        hostile.setMode(HostileToken.Mode.Lie);
        refuseClaim(bob, mismatch(1_000 * QUANTUM));
    }

    function test_aTokenWithoutReturnValuePays() public {
        hostile.setMode(HostileToken.Mode.NoReturn);
        vm.prank(bob);
        vault.claim(address(hostile), bob);
        vm.assertEq(hostile.balanceOf(bob), 6 * QUANTUM, "paid");
    }

    function test_aTokenCannotEnterAgain() public {
        hostile.setMode(HostileToken.Mode.Reenter);
        hostile.setReentry(address(vault), abi.encodeCall(IClearingVault.claim, (address(hostile), bob)));
        vm.prank(bob);
        vault.claim(address(hostile), bob);
        vm.assertFalse(hostile.reentryDone(), "reentered");
        vm.assertEq(hostile.reentryResult(), abi.encodeWithSelector(IClearingVault.Reentered.selector), "reason");
        vm.assertEq(hostile.balanceOf(bob), 6 * QUANTUM, "paid once");
    }

    function test_aClaimNeedsNeitherTheChainNorAnAttester() public {
        hostile.setMode(HostileToken.Mode.Honest);
        vm.chainId(vm.getChainId() + 1);
        vm.warp(START + 3650 days);
        vm.prank(bob);
        vault.claim(address(hostile), bob);
        vm.assertEq(hostile.balanceOf(bob), 6 * QUANTUM, "paid");
    }

    function testFuzz_claimsAddUpOverBatches(uint96[5] memory quanta) public {
        uint256 sum = 6;
        for (uint256 i = 0; i < 5; ++i) {
            uint256 size = bound(quanta[i], 1, 190);
            sum += size;
            settle(next(address(hostile), entry(bob, size)));
        }
        vm.assertEq(vault.claimable(address(hostile), bob), sum, "sum");
        hostile.setMode(HostileToken.Mode.Honest);
        vm.prank(bob);
        vm.assertEq(vault.claim(address(hostile), bob), sum, "claimed");
    }
}
