// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { VaultFixture } from "./base/VaultFixture.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

/// @notice Gas of whole transactions (intrinsic and calldata gas included, refunds not deducted), against the goals. Every top-level
/// call is its own transaction with cold storage. `npm run gas:check` compares the figures with the committed ones.
/// forge-config: default.isolate = true
contract GasTest is VaultFixture {
    uint256 private constant MANY = 100;

    function setUp() public override {
        super.setUp();
        fund(1_000_000);
        settle(empty());
    }

    function test_settleOfHundredFreshRecipientsCostsAtMost28kEach() public {
        settle(next(address(token), many(MANY)));
        vm.assertLe(record("settle 100, 5 of 7, fresh recipients"), 28_000 * MANY, "goal");
    }

    function test_settleOfHundredExistingRecipientsCostsAtMost10kEach() public {
        giveEach(MANY);
        settle(next(address(token), many(MANY)));
        vm.assertLe(record("settle 100, 5 of 7, existing recipients"), 10_000 * MANY, "goal");
    }

    function test_settleOfTen() public {
        settle(next(address(token), many(10)));
        record("settle 10, 5 of 7, fresh recipients");
    }

    function test_settleOfOne() public {
        settle(next(address(token), many(1)));
        record("settle 1, 5 of 7, fresh recipient");
    }

    function test_settleOfNoneCostsLittle() public {
        settle(empty());
        record("settle 0, 5 of 7");
    }

    function test_settleOfTheLargestBatchFitsOneTransaction() public {
        settle(next(address(token), many(400)));
        vm.assertLe(record("settle 400, 5 of 7, fresh recipients"), (1 << 24) - 125_000, "EIP-7825");
    }

    function test_depositOfAnExactApprovalCostsAtMost55k() public {
        depositWithAllowance(500_000);
        vm.assertLe(record("deposit, exact approval"), 55_000, "goal");
    }

    function test_depositWithinALargerApproval() public {
        depositWithAllowance(900_000);
        record("deposit, part of an approval");
    }

    function test_depositWithAnUnlimitedApproval() public {
        depositWithAllowance(type(uint256).max);
        record("deposit, unlimited approval");
    }

    function depositWithAllowance(uint256 allowance) private {
        token.mint(bob, 1_000_000);
        vm.prank(bob);
        token.approve(address(vault), allowance);
        vm.prank(bob);
        vault.deposit(address(token), 500_000, bytes32(bytes20(alice)));
    }

    function test_claim() public {
        fundHostile(1_000);
        hostile.setModeTowards(bob, HostileToken.Mode.Revert);
        settle(next(address(hostile), entry(bob, 10)));
        hostile.setModeTowards(bob, HostileToken.Mode.Honest);
        vm.prank(bob);
        vault.claim(address(hostile), bob);
        record("claim");
    }

    function record(string memory name) private returns (uint256) {
        return vm.snapshotGasLastCall("ClearingVault", name);
    }

    function many(uint256 count) private pure returns (bytes memory entries) {
        for (uint256 i = 0; i < count; ++i) {
            entries = bytes.concat(entries, entry(recipient(i), 100 + i));
        }
    }

    function giveEach(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            token.mint(recipient(i), 1);
        }
    }

    function recipient(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("recipient", i)))));
    }
}
