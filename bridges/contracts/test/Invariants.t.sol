// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "../src/interfaces/IClearingVault.sol";
import { IMintableToken } from "./base/IMintableToken.sol";
import { VaultFixture } from "./base/VaultFixture.sol";
import { HostileToken } from "./tokens/HostileToken.sol";

/// @notice Drives one vault with deposits, donations, batches good and bad, moods of the hostile token and claims, and keeps its own
/// books of what must have happened.
contract VaultHandler is VaultFixture {
    uint256 private constant RECIPIENTS = 5;

    mapping(address asset => uint256) public received;
    mapping(address asset => uint256) public paid;
    mapping(address asset => mapping(address owner => uint256)) public owed;
    uint64 public settled;
    uint64 public deposits;
    bytes32 public chain;
    bytes private last;

    constructor() {
        super.setUp();
    }

    function setUp() public override { }

    function vaultAddress() external view returns (IClearingVault) {
        return vault;
    }

    function assets() public view returns (address[2] memory) {
        return [address(token), address(hostile)];
    }

    function recipient(uint256 index) public pure returns (address) {
        return address(uint160(0xbeef00 + index % RECIPIENTS));
    }

    function recipients() external pure returns (uint256) {
        return RECIPIENTS;
    }

    /// @notice Recipient of the batches that no quorum signed; paid by no other.
    function stranger() external view returns (address) {
        return bob;
    }

    function deposit(uint256 which, uint256 quanta, bytes32 account) external {
        address asset = assets()[which % 2];
        if (asset == address(hostile)) hostile.setMode(HostileToken.Mode.Honest);
        uint256 size = bound(quanta, MIN_DEPOSIT, 1e12);
        account |= bytes32(uint256(1) << 255);
        IMintableToken(asset).mint(alice, size * QUANTUM);
        vm.startPrank(alice);
        IMintableToken(asset).approve(address(vault), size * QUANTUM);
        uint64 seq = vault.deposit(asset, size * QUANTUM, account);
        vm.stopPrank();
        received[asset] += size * QUANTUM;
        ++deposits;
        vm.assertEq(seq, deposits, "I3: gapless");
        bytes32 leaf = keccak256(abi.encodePacked(deposits, asset, account, uint128(size)));
        chain = keccak256(abi.encodePacked(chain, leaf));
    }

    function donate(uint256 which, uint256 amount) external {
        address asset = assets()[which % 2];
        amount = bound(amount, 0, 1e9);
        IMintableToken(asset).mint(address(vault), amount);
        received[asset] += amount;
    }

    /// @dev Which recipients the hostile token refuses, and whether it refuses all.
    function mood(uint256 index, uint256 how) external {
        HostileToken.Mode mode = refusing(how) ? HostileToken.Mode.Revert : HostileToken.Mode.Honest;
        if (how % 7 == 0) hostile.setMode(mode);
        else hostile.setModeTowards(recipient(index), mode);
    }

    function refusing(uint256 how) private pure returns (bool) {
        return how % 3 != 0;
    }

    function settleBatch(uint256 which, uint256 first, uint256[4] memory quanta) external {
        address asset = assets()[which % 2];
        uint256 available = amountHeld(asset, address(vault)) / QUANTUM - vault.claimableTotal(asset);
        bytes memory entries;
        for (uint256 i = 0; i < 4; ++i) {
            if (available == 0) break;
            uint256 size = bound(quanta[i], 1, available);
            available -= size;
            address to = recipient(first % RECIPIENTS + i);
            entries = bytes.concat(entries, entry(to, size));
            if (asset == address(hostile) && refuses(to)) owed[asset][to] += size;
            else paid[asset] += size * QUANTUM;
        }
        Call memory call_ = next(entries.length == 0 ? address(0) : asset, entries);
        settle(call_);
        last = abi.encodeCall(
            IClearingVault.settle, (call_.batch, call_.entries, call_.set, call_.bitmap, call_.signatures)
        );
        ++settled;
    }

    function refuses(address to) private view returns (bool) {
        return hostile.mode() == HostileToken.Mode.Revert || hostile.modeTowards(to) == HostileToken.Mode.Revert;
    }

    function claim(uint256 which, uint256 index) external {
        address asset = assets()[which % 2];
        address owner = recipient(index);
        uint256 due = owed[asset][owner];
        bool payable_ = due != 0 && hostile.mode() == HostileToken.Mode.Honest;
        vm.prank(owner);
        try vault.claim(asset, alice) returns (uint256 quanta) {
            vm.assertEq(quanta, due, "claimed what was owed");
            vm.assertTrue(payable_, "claim went through");
            owed[asset][owner] = 0;
            paid[asset] += due * QUANTUM;
        } catch {
            vm.assertFalse(payable_, "claim refused");
        }
    }

    function replay() external {
        if (last.length == 0) return;
        (bool done,) = address(vault).call(last);
        vm.assertFalse(done, "I4: replayed");
    }

    function settleWithoutQuorum(uint256 bitmap, uint256 quanta) external {
        Call memory call_ = next(address(token), entry(bob, bound(quanta, 1, 1e9)));
        call_.bitmap = bitmap & 0xf;
        sign(call_);
        vm.expectPartialRevert(IClearingVault.WrongSignerCount.selector);
        settle(call_);
    }

    function settleBeyondTheBalance(uint256 which) external {
        address asset = assets()[which % 2];
        uint256 available = amountHeld(asset, address(vault)) / QUANTUM - vault.claimableTotal(asset);
        Call memory call_ = next(asset, entry(bob, available + 1));
        vm.expectPartialRevert(IClearingVault.InsufficientVaultBalance.selector);
        settle(call_);
    }
}

/// @notice The invariants of the interface, checked after every call of the handler.
contract InvariantsTest {
    VaultHandler private handler;
    IClearingVault private vault;
    address[2] private assets;
    bytes32 private configuration;

    function setUp() public {
        handler = new VaultHandler();
        vault = handler.vaultAddress();
        assets = handler.assets();
        configuration = fixedParts();
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[8] memory actions = [
            VaultHandler.deposit.selector,
            VaultHandler.donate.selector,
            VaultHandler.mood.selector,
            VaultHandler.settleBatch.selector,
            VaultHandler.claim.selector,
            VaultHandler.replay.selector,
            VaultHandler.settleWithoutQuorum.selector,
            VaultHandler.settleBeyondTheBalance.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](actions.length);
        for (uint256 i = 0; i < actions.length; ++i) {
            targets[0].selectors[i] = actions[i];
        }
    }

    function invariant_I1_solvency() external view {
        for (uint256 i = 0; i < 2; ++i) {
            (uint128 quantum,,) = vault.tokenConfig(assets[i]);
            require(
                vault.claimableTotal(assets[i]) * quantum <= IMintableToken(assets[i]).balanceOf(address(vault)), "I1"
            );
        }
    }

    function invariant_I2_claimableTotalIsTheSum() external view {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 sum = 0;
            for (uint256 j = 0; j < handler.recipients(); ++j) {
                address owner = handler.recipient(j);
                uint256 due = vault.claimable(assets[i], owner);
                require(due == handler.owed(assets[i], owner), "I2: owner");
                sum += due;
            }
            require(sum == vault.claimableTotal(assets[i]), "I2: sum");
        }
    }

    function invariant_I3_depositChain() external view {
        require(vault.depositSeq() == handler.deposits(), "I3: seq");
        require(vault.depositAcc() == handler.chain(), "I3: acc");
    }

    function invariant_I4_nonceCountsBatches() external view {
        require(vault.nonce() == handler.settled(), "I4");
    }

    function invariant_I5_conservation() external view {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 balance = IMintableToken(assets[i]).balanceOf(address(vault));
            require(balance + handler.paid(assets[i]) == handler.received(assets[i]), "I5");
        }
    }

    function invariant_I6_nothingFixedChanges() external view {
        require(configuration == fixedParts(), "I6");
    }

    /// @dev The handler settles without a quorum again and again; whatever had moved would break the books.
    function invariant_I7_withoutQuorumNothingMoves() external view {
        require(IMintableToken(assets[0]).balanceOf(handler.stranger()) == 0, "I7");
    }

    function fixedParts() private view returns (bytes32) {
        (uint128 quantum0, uint128 minDeposit0, uint128 cap0) = vault.tokenConfig(assets[0]);
        (uint128 quantum1, uint128 minDeposit1, uint128 cap1) = vault.tokenConfig(assets[1]);
        return keccak256(
            abi.encode(
                vault.attesterSetHash(),
                vault.DOMAIN_SEPARATOR(),
                vault.setEpoch(),
                [quantum0, minDeposit0, cap0, quantum1, minDeposit1, cap1]
            )
        );
    }
}
