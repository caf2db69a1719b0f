// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../../src/interfaces/IClearingVault.sol";
import { HostileToken } from "../tokens/HostileToken.sol";
import { Attesters } from "./Attesters.sol";
import { Deployment } from "./Deployment.sol";
import { IMintableToken } from "./IMintableToken.sol";

/// @notice A vault of seven attesters, five of which must sign, with an ordinary token of six decimals and a hostile one.
abstract contract VaultFixture is Attesters, Deployment {
    uint8 internal constant THRESHOLD = 5;
    uint256 internal constant ATTESTERS = 7;
    uint256 internal constant FIRST_FIVE = 0x1f;
    uint128 internal constant QUANTUM = 100;
    uint128 internal constant MIN_DEPOSIT = 10;
    uint128 internal constant CAP = 1 << 62;
    uint256 internal constant START = 1_800_000_000;

    /// @notice Everything one call of settle takes.
    struct Call {
        IClearingVault.Batch batch;
        bytes entries;
        bytes set;
        uint256 bitmap;
        bytes signatures;
    }

    IClearingVault internal vault;
    IMintableToken internal token;
    HostileToken internal hostile;
    uint256[] internal keys;
    bytes internal attesterSet;
    address internal alice = 0x3F7A5c6e19Bd42ad8E0c1B97F62E54D0Abc83D19;
    address internal bob = 0x9d41B8E7A2C6f05348b1De9c70A35f8264cBe5d2;
    bytes32 internal aliceAccount = bytes32(uint256(uint160(alice)) << 96 | 7);

    function setUp() public virtual {
        vm.warp(START);
        keys = attesterKeys(ATTESTERS);
        attesterSet = packSet(keys);
        token = deployToken("Test Dollar", "TUSD", 6);
        hostile = new HostileToken();
        IClearingVault.TokenConfig[] memory tokens = new IClearingVault.TokenConfig[](2);
        tokens[0] = IClearingVault.TokenConfig(address(token), QUANTUM, MIN_DEPOSIT, CAP);
        tokens[1] = IClearingVault.TokenConfig(address(hostile), QUANTUM, MIN_DEPOSIT, CAP);
        vault = deployVault(attesterSet, THRESHOLD, tokens);
    }

    /// @notice Puts another key into the last seat and sorts the set again.
    function replaceKey(uint256 key) internal {
        uint256[] memory sorted = keys;
        sorted[ATTESTERS - 1] = key;
        sortByAddress(sorted);
        keys = sorted;
    }

    /// @notice Deposits so many quanta of the ordinary token for Alice.
    function fund(uint256 quanta) internal {
        depositAs(alice, address(token), quanta * QUANTUM);
    }

    function fundHostile(uint256 quanta) internal {
        depositAs(alice, address(hostile), quanta * QUANTUM);
    }

    /// @notice Both tokens share the functions of the ordinary one.
    function depositAs(address from, address asset, uint256 amount) internal {
        IMintableToken(asset).mint(from, amount);
        vm.startPrank(from);
        IMintableToken(asset).approve(address(vault), amount);
        vault.deposit(asset, amount, aliceAccount);
        vm.stopPrank();
    }

    function entry(address to, uint256 quanta) internal pure returns (bytes memory) {
        return abi.encodePacked(to, uint96(quanta));
    }

    /// @notice The next batch over these entries, correctly signed by the first five attesters.
    function next(address asset, bytes memory entries) internal view returns (Call memory call_) {
        uint256 sum = 0;
        for (uint256 end = 32; end <= entries.length; end += 32) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(entries, end))
            }
            sum += uint96(word);
        }
        call_.batch.setEpoch = 1;
        call_.batch.nonce = vault.nonce() + 1;
        call_.batch.token = asset;
        call_.batch.total = uint128(sum);
        call_.batch.count = uint32(entries.length / 32);
        call_.batch.notAfter = uint64(vm.getBlockTimestamp() + 900);
        call_.entries = entries;
        call_.set = attesterSet;
        call_.bitmap = FIRST_FIVE;
        sign(call_);
    }

    function pay(address to, uint256 quanta) internal view returns (Call memory) {
        return next(address(token), entry(to, quanta));
    }

    function empty() internal view returns (Call memory) {
        return next(address(0), "");
    }

    /// @notice Signs the batch as it stands now by those whom the bitmap selects.
    function sign(Call memory call_) internal view {
        call_.signatures =
            signAll(keys, call_.bitmap, digestOf(address(vault), vm.getChainId(), call_.batch, call_.entries));
    }

    function settle(Call memory call_) internal {
        vault.settle(call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures);
    }

    function refuse(Call memory call_, bytes memory reason) internal {
        vm.expectRevert(reason);
        settle(call_);
    }

    function amountHeld(address asset, address owner) internal view returns (uint256) {
        return IMintableToken(asset).balanceOf(owner);
    }
}
