// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { TokenCalls } from "../src/libraries/TokenCalls.sol";
import { TestBase } from "./base/TestBase.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

/// @notice A token whose answer is any bytes, and which remembers what it was asked.
contract AnsweringToken {
    bytes private answer;
    bool private reverting;
    bytes public asked;

    function set(bytes calldata answer_, bool reverting_) external {
        (answer, reverting) = (answer_, reverting_);
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        asked = input;
        bytes memory output = answer;
        if (reverting) {
            assembly ("memory-safe") {
                revert(add(output, 0x20), mload(output))
            }
        }
        return output;
    }
}

/// @notice The calls against their plain form.
contract TokenCallsTest is TestBase {
    AnsweringToken private token = new AnsweringToken();

    function plain(address target, bytes memory input) private returns (bool) {
        (bool done, bytes memory output) = target.call(input);
        if (!done) return false;
        if (output.length == 0) return target.code.length > 0;
        return output.length >= 32 && uint256(bytes32(output)) == 1;
    }

    function answer(bytes memory data, uint8 kind) private pure returns (bytes memory) {
        if (kind % 4 == 0) return "";
        if (kind % 4 == 1) return abi.encode(uint256(1));
        if (kind % 4 == 2) return bytes.concat(abi.encode(uint256(1)), data);
        return data;
    }

    function testFuzz_transferIsItsPlainForm(address to, uint256 amount, bytes memory data, uint8 kind, bool reverting)
        public
    {
        token.set(answer(data, kind), reverting);
        bytes memory input = abi.encodeWithSignature("transfer(address,uint256)", to, amount);
        bool expected = plain(address(token), input);
        vm.assertTrue(TokenCalls.tryTransfer(address(token), to, amount, gasleft()) == expected, "outcome");
        if (!reverting) vm.assertEq(token.asked(), input, "input");
    }

    function testFuzz_transferFromIsItsPlainForm(
        address from,
        address to,
        uint256 amount,
        bytes memory data,
        uint8 kind,
        bool reverting
    ) public {
        token.set(answer(data, kind), reverting);
        bytes memory input = abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, amount);
        bool expected = plain(address(token), input);
        vm.assertTrue(TokenCalls.tryTransferFrom(address(token), from, to, amount) == expected, "outcome");
        if (!reverting) vm.assertEq(token.asked(), input, "input");
    }

    function testFuzz_balanceIsItsPlainForm(address account, uint256 amount) public {
        HostileToken held = new HostileToken();
        held.mint(account, amount);
        vm.assertEq(TokenCalls.balanceOf(address(held), account), amount, "balance");
    }

    function test_anAddressWithoutCodeIsNeverDone() public {
        vm.assertFalse(TokenCalls.tryTransfer(address(0xdead), address(1), 1, gasleft()), "transfer");
        vm.assertFalse(TokenCalls.tryTransferFrom(address(0xdead), address(1), address(2), 1), "transferFrom");
    }

    function readBalance(address target) external view returns (uint256) {
        return TokenCalls.balanceOf(target, address(this));
    }

    function test_aBalanceThatIsNoWordReverts() public {
        vm.expectRevert(new bytes(0));
        this.readBalance(address(0xdead));
        token.set(new bytes(31), false);
        vm.expectRevert(new bytes(0));
        this.readBalance(address(token));
        vm.expectRevert(new bytes(0));
        this.readBalance(address(this));
    }
}
