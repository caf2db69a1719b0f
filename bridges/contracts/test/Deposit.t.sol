// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { IMintableToken } from "./base/IMintableToken.sol";
import { VaultFixture } from "./base/VaultFixture.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

contract DepositTest is VaultFixture {
    function approveHostile(uint256 amount) private {
        hostile.mint(alice, amount);
        vm.prank(alice);
        hostile.approve(address(vault), amount);
    }

    function refuseDeposit(address asset, uint256 amount, bytes32 account, bytes memory reason) private {
        (uint64 seq, bytes32 acc) = (vault.depositSeq(), vault.depositAcc());
        vm.prank(alice);
        vm.expectRevert(reason);
        vault.deposit(asset, amount, account);
        vm.assertEq(vault.depositSeq(), seq, "seq stays");
        vm.assertEq(vault.depositAcc(), acc, "acc stays");
    }

    function refuseHostile(HostileToken.Mode mode, bytes memory reason) private {
        approveHostile(1_000);
        hostile.setMode(mode);
        refuseDeposit(address(hostile), 1_000, aliceAccount, reason);
        vm.assertEq(hostile.balanceOf(alice), 1_000, "nothing moved");
    }

    function transferFailed() private view returns (bytes memory) {
        return abi.encodeWithSelector(IClearingVault.TransferFailed.selector, address(hostile));
    }

    function test_aDepositMovesTheAmountAndChainsALeaf() public {
        token.mint(alice, 5_000);
        vm.prank(alice);
        token.approve(address(vault), 5_000);
        bytes32 leaf = keccak256(abi.encodePacked(uint64(1), address(token), aliceAccount, uint128(50)));
        bytes32 acc = keccak256(abi.encodePacked(bytes32(0), leaf));
        vm.expectEmit(true, true, true, true, address(vault));
        emit IClearingVault.Deposit(address(token), aliceAccount, 1, 50, acc);
        vm.prank(alice);
        vm.assertEq(vault.deposit(address(token), 5_000, aliceAccount), 1, "seq returned");
        vm.assertEq(vault.depositSeq(), 1, "seq");
        vm.assertEq(vault.depositAcc(), acc, "acc");
        vm.assertEq(amountHeld(address(token), address(vault)), 5_000, "vault");
        vm.assertEq(amountHeld(address(token), alice), 0, "alice");
        vm.assertEq(vault.nonce(), 0, "nonce untouched");
    }

    function testFuzz_depositsOfAllTokensShareOneChain(uint64[4] memory quanta, bytes32[4] memory accounts) public {
        bytes32 acc;
        for (uint64 i = 0; i < 4; ++i) {
            address asset = i % 2 == 0 ? address(token) : address(hostile);
            uint256 size = bound(quanta[i], MIN_DEPOSIT, CAP / 4);
            bytes32 account = accounts[i] | bytes32(uint256(1) << 96);
            IMintableToken(asset).mint(alice, size * QUANTUM);
            vm.startPrank(alice);
            IMintableToken(asset).approve(address(vault), size * QUANTUM);
            vm.assertEq(vault.deposit(asset, size * QUANTUM, account), i + 1, "gapless");
            vm.stopPrank();
            acc = keccak256(bytes.concat(acc, keccak256(abi.encodePacked(i + 1, asset, account, uint128(size)))));
            vm.assertEq(vault.depositAcc(), acc, "acc");
        }
    }

    function test_anUnlistedTokenIsRefused() public {
        IMintableToken other = deployToken("Other", "OTH", 6);
        refuseDeposit(
            address(other),
            1_000,
            aliceAccount,
            abi.encodeWithSelector(IClearingVault.TokenNotListed.selector, address(other))
        );
    }

    function test_aPartialQuantumIsRefused() public {
        refuseDeposit(
            address(token),
            1_001,
            aliceAccount,
            abi.encodeWithSelector(IClearingVault.NotWholeQuanta.selector, 1_001, QUANTUM)
        );
    }

    function test_lessThanTheMinimumIsRefusedAndTheMinimumIsNot() public {
        refuseDeposit(
            address(token), 900, aliceAccount, abi.encodeWithSelector(IClearingVault.BelowMinDeposit.selector, 9, 10)
        );
        refuseDeposit(
            address(token), 0, aliceAccount, abi.encodeWithSelector(IClearingVault.BelowMinDeposit.selector, 0, 10)
        );
        depositAs(alice, address(token), 1_000);
    }

    function test_anAccountWithoutOwnerIsRefused() public {
        bytes32 account = bytes32(uint256(type(uint96).max));
        refuseDeposit(address(token), 1_000, account, abi.encodeWithSelector(IClearingVault.ZeroOwner.selector));
    }

    function test_theCapBoundsTheBalanceAndNotTheDeposit() public {
        uint256 full = uint256(CAP) * QUANTUM;
        bytes memory reason = abi.encodeWithSelector(IClearingVault.CapExceeded.selector, address(token), CAP);
        depositAs(alice, address(token), full - 2_000);
        token.mint(alice, 10_000);
        vm.prank(alice);
        token.approve(address(vault), 10_000);
        refuseDeposit(address(token), 2_100, aliceAccount, reason);
        refuseDeposit(address(token), type(uint256).max - type(uint256).max % QUANTUM, aliceAccount, reason);
        vm.prank(alice);
        vault.deposit(address(token), 2_000, aliceAccount);
        vm.assertEq(amountHeld(address(token), address(vault)), full, "full");
        refuseDeposit(address(token), 1_000, aliceAccount, reason);
    }

    function test_whatWasSentWithoutDepositUsesUpTheCap() public {
        token.mint(address(vault), uint256(CAP) * QUANTUM - 1_000 + 1);
        refuseDeposit(
            address(token),
            1_000,
            aliceAccount,
            abi.encodeWithSelector(IClearingVault.CapExceeded.selector, address(token), CAP)
        );
    }

    function test_withoutAllowanceTheTokenRefuses() public {
        token.mint(alice, 1_000);
        refuseDeposit(
            address(token),
            1_000,
            aliceAccount,
            abi.encodeWithSelector(IClearingVault.TransferFailed.selector, address(token))
        );
    }

    function test_aTokenWithoutReturnValueIsTaken() public {
        hostile.setMode(HostileToken.Mode.NoReturn);
        fundHostile(10);
        vm.assertEq(hostile.balanceOf(address(vault)), 1_000, "vault");
    }

    function test_aTokenThatKeepsAFeeIsRefused() public {
        refuseHostile(
            HostileToken.Mode.Fee,
            abi.encodeWithSelector(IClearingVault.BalanceMismatch.selector, address(hostile), 1_000, 999)
        );
    }

    function test_aTokenThatAddsABonusIsRefused() public {
        refuseHostile(
            HostileToken.Mode.Bonus,
            abi.encodeWithSelector(IClearingVault.BalanceMismatch.selector, address(hostile), 1_000, 1_001)
        );
    }

    function test_aTokenThatLiesIsRefused() public {
        refuseHostile(
            HostileToken.Mode.Lie,
            abi.encodeWithSelector(IClearingVault.BalanceMismatch.selector, address(hostile), 1_000, 0)
        );
    }

    function test_aTokenThatReturnsFalseIsRefused() public {
        refuseHostile(HostileToken.Mode.ReturnFalse, transferFailed());
    }

    function test_aTokenThatReturnsTwoIsRefused() public {
        refuseHostile(HostileToken.Mode.ReturnTwo, transferFailed());
    }

    function test_aTokenThatReturnsLessThanAWordIsRefused() public {
        refuseHostile(HostileToken.Mode.ReturnShort, transferFailed());
    }

    function test_aTokenThatRevertsIsRefused() public {
        refuseHostile(HostileToken.Mode.Revert, transferFailed());
    }

    function test_aTokenThatLostItsCodeIsRefused() public {
        approveHostile(1_000);
        vm.etch(address(hostile), "");
        vm.prank(alice);
        vm.expectRevert(new bytes(0));
        vault.deposit(address(hostile), 1_000, aliceAccount);
    }

    function test_aTokenCannotEnterAgain() public {
        approveHostile(2_000);
        hostile.setMode(HostileToken.Mode.Reenter);
        bytes[3] memory calls = [
            abi.encodeCall(IClearingVault.deposit, (address(hostile), 1_000, aliceAccount)),
            abi.encodeCall(IClearingVault.claim, (address(hostile), bob)),
            settleCall(empty())
        ];
        for (uint64 i = 0; i < calls.length; ++i) {
            hostile.setReentry(address(vault), calls[i]);
            vm.prank(alice);
            vault.deposit(address(hostile), 1_000, aliceAccount);
            vm.assertFalse(hostile.reentryDone(), "reentered");
            vm.assertEq(hostile.reentryResult(), abi.encodeWithSelector(IClearingVault.Reentered.selector), "reason");
            vm.assertEq(vault.depositSeq(), i + 1, "one deposit each");
            approveHostile(1_000);
        }
        vm.assertEq(vault.nonce(), 0, "no batch");
    }

    function settleCall(Call memory call_) private pure returns (bytes memory) {
        return abi.encodeCall(
            IClearingVault.settle, (call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures)
        );
    }
}
