// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IClearingVault } from "./interfaces/IClearingVault.sol";
import { AttesterQuorum } from "./libraries/AttesterQuorum.sol";
import { DepositChain } from "./libraries/DepositChain.sol";
import { TokenCalls } from "./libraries/TokenCalls.sol";

/// @title ClearingVault
/// @notice The vault which {IClearingVault} specifies. It has no owner, no proxy and no switch: what construction fixed stays.
contract ClearingVault is IClearingVault {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "Batch(uint64 setEpoch,uint64 nonce,address token,uint64 stateSeq,bytes32 stateRoot,uint128 stateSum,uint64 depositSeq,bytes32 depositAcc,uint128 total,uint32 count,uint64 notAfter,bytes32 entries)"
    );
    string private constant NAME = "CrossclearVault";
    string private constant VERSION = "1";

    uint256 private constant MAX_CAP = 1 << 62;
    /// @dev A transaction carries at most 2^24 gas (EIP-7825): 400 first-time transfers and the quorum fit with room to spare.
    uint256 private constant MAX_BATCH = 400;
    uint256 private constant ENTRY_BYTES = 32;
    uint256 private constant PUSH_GAS = 120_000;
    /// @dev A call receives at most 63/64 of the gas left (EIP-150); 125,000 leaves the push its whole allowance after that.
    uint256 private constant MIN_GAS_BEFORE_PUSH = 125_000;

    /// @inheritdoc IClearingVault
    bytes32 public immutable DOMAIN_SEPARATOR;
    /// @inheritdoc IClearingVault
    bytes32 public immutable attesterSetHash;
    uint256 private immutable CHAIN_ID;
    uint8 private immutable THRESHOLD;

    /// @inheritdoc IClearingVault
    uint64 public constant setEpoch = 1;
    /// @inheritdoc IClearingVault
    uint64 public nonce;
    /// @inheritdoc IClearingVault
    uint64 public depositSeq;
    /// @inheritdoc IClearingVault
    bytes32 public depositAcc;
    /// @inheritdoc IClearingVault
    mapping(address token => mapping(address owner => uint256)) public claimable;
    /// @inheritdoc IClearingVault
    mapping(address token => uint256) public claimableTotal;

    /// @dev quantum (128 bits), minDeposit (64), cap (64), from the lowest bit up; the latter two are at most 2^62.
    mapping(address token => uint256) private listings;
    /// @dev 1 while a call is under way. A whole word, because a flag that shares its word is read again before every write.
    uint256 private transient entered;

    modifier nonReentrant() {
        if (entered != 0) revert Reentered();
        entered = 1;
        _;
        entered = 0;
    }

    /// @param set Attesters as packed ascending 20-byte addresses, 4 to 255.
    /// @param threshold Signatures a batch needs: floor((n + f) / 2) + 1 to n, with f = floor((n - 1) / 3).
    /// @param tokens The tokens which can be deposited.
    constructor(bytes memory set, uint8 threshold, TokenConfig[] memory tokens) {
        AttesterQuorum.requireValid(set, threshold);
        attesterSetHash = AttesterQuorum.hash(set, threshold);
        THRESHOLD = threshold;
        CHAIN_ID = block.chainid;
        DOMAIN_SEPARATOR = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(NAME)), keccak256(bytes(VERSION)), block.chainid, address(this))
        );
        for (uint256 index = 0; index < tokens.length; ++index) {
            _list(tokens[index]);
        }
    }

    /// @inheritdoc IClearingVault
    function deposit(address token, uint256 amount, bytes32 accountId) external nonReentrant returns (uint64 seq) {
        (uint256 quantum, uint256 minDeposit, uint256 cap) = _listing(token);
        if (quantum == 0) revert TokenNotListed(token);
        // Nothing wraps: quanta * quantum <= amount; past the cap check balance + amount <= cap * quantum < 2^190; and nobody makes
        // 2^64 deposits.
        unchecked {
            uint256 quanta = amount / quantum;
            if (quanta * quantum != amount) revert NotWholeQuanta(amount, quantum);
            if (quanta < minDeposit) revert BelowMinDeposit(quanta, minDeposit);
            if (uint256(accountId) >> 96 == 0) revert ZeroOwner();
            uint256 balance = TokenCalls.balanceOf(token, address(this));
            if (quanta > cap || balance > (cap - quanta) * quantum) revert CapExceeded(token, cap);

            seq = ++depositSeq;
            bytes32 acc = DepositChain.append(depositAcc, seq, token, accountId, quanta);
            depositAcc = acc;
            emit Deposit(token, accountId, seq, uint128(quanta), acc);

            if (!TokenCalls.tryTransferFrom(token, msg.sender, address(this), amount)) revert TransferFailed(token);
            _requireBalance(token, balance + amount);
        }
    }

    /// @inheritdoc IClearingVault
    function settle(
        Batch calldata batch,
        bytes calldata entries,
        bytes calldata set,
        uint256 bitmap,
        bytes calldata signatures
    ) external nonReentrant {
        _requireNext(batch);
        _requireEntries(batch, entries);
        bytes32 setHash = AttesterQuorum.hash(set, THRESHOLD);
        if (setHash != attesterSetHash) revert WrongAttesterSet(attesterSetHash, setHash);
        bytes32 signed = _digest(batch, keccak256(entries));
        AttesterQuorum.requireSigned(signed, THRESHOLD, set, bitmap, signatures);
        uint256 balance = batch.count == 0 ? 0 : _requireFunded(batch.token, batch.total);

        nonce = batch.nonce;
        emit Settled(batch.nonce, batch.token, signed, batch.total, batch.count);

        if (batch.count != 0) _push(batch.nonce, batch.token, batch.total, entries, balance);
    }

    /// @inheritdoc IClearingVault
    function claim(address token, address to) external nonReentrant returns (uint256 quanta) {
        _requireRecipient(to);
        quanta = claimable[token][msg.sender];
        if (quanta == 0) revert NothingToClaim(token, msg.sender);
        uint256 amount = quanta * uint128(listings[token]);
        uint256 balance = TokenCalls.balanceOf(token, address(this));

        claimable[token][msg.sender] = 0;
        claimableTotal[token] -= quanta;
        emit Claimed(token, msg.sender, to, quanta);

        if (!TokenCalls.tryTransfer(token, to, amount, gasleft())) revert TransferFailed(token);
        _requireBalance(token, balance - amount);
    }

    /// @inheritdoc IClearingVault
    function tokenConfig(address token) external view returns (uint128 quantum, uint128 minDeposit, uint128 cap) {
        uint256 word = listings[token];
        return (uint128(word), uint64(word >> 128), uint64(word >> 192));
    }

    /// @inheritdoc IClearingVault
    function digest(Batch calldata batch, bytes32 entriesHash) external view returns (bytes32) {
        return _digest(batch, entriesHash);
    }

    /// @inheritdoc IClearingVault
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", NAME, VERSION, CHAIN_ID, address(this), bytes32(0), new uint256[](0));
    }

    function _list(TokenConfig memory config) private {
        address token = config.token;
        if (token.code.length == 0) revert TokenWithoutCode(token);
        if (listings[token] != 0) revert DuplicateToken(token);
        if (config.quantum == 0 || config.minDeposit == 0 || config.minDeposit > config.cap || config.cap > MAX_CAP) {
            revert InvalidTokenConfig(token);
        }
        listings[token] = uint256(config.quantum) | uint256(config.minDeposit) << 128 | uint256(config.cap) << 192;
    }

    /// @dev One read of one slot, taken apart on the stack.
    function _listing(address token) private view returns (uint256 quantum, uint256 minDeposit, uint256 cap) {
        uint256 word = listings[token];
        return (uint128(word), uint64(word >> 128), word >> 192);
    }

    function _requireNext(Batch calldata batch) private view {
        if (block.chainid != CHAIN_ID) revert WrongChain(CHAIN_ID, block.chainid);
        if (batch.setEpoch != setEpoch) revert WrongEpoch(setEpoch, batch.setEpoch);
        if (batch.nonce != nonce + 1) revert WrongNonce(nonce + 1, batch.nonce);
        if (batch.notAfter < block.timestamp) revert BatchExpired(batch.notAfter, block.timestamp);
        bool rootless = batch.stateSeq == 0 && batch.stateRoot == 0 && batch.stateSum == 0 && batch.depositSeq == 0
            && batch.depositAcc == 0;
        if (!rootless) revert RootNotSupported();
    }

    function _requireEntries(Batch calldata batch, bytes calldata entries) private view {
        uint256 count = batch.count;
        if (count > MAX_BATCH) revert BatchTooLarge(count, MAX_BATCH);
        if (entries.length != count * ENTRY_BYTES) revert WrongEntriesLength(count * ENTRY_BYTES, entries.length);
        if (count == 0) {
            if (batch.token != address(0)) revert TokenInEmptyBatch(batch.token);
        } else if (listings[batch.token] == 0) {
            revert TokenNotListed(batch.token);
        }
        uint256 sum = 0;
        for (uint256 index = 0; index < count; ++index) {
            (address to, uint256 quanta) = _entry(entries, index);
            _requireRecipient(to);
            if (quanta == 0) revert ZeroQuanta(index);
            sum += quanta;
        }
        if (sum != batch.total) revert WrongTotal(batch.total, sum);
    }

    /// @dev Divides the balance rather than multiplying what is needed: the product could overflow, the quotient is exact enough,
    /// since needed * quantum <= balance exactly when needed <= floor(balance / quantum).
    function _requireFunded(address token, uint256 total) private view returns (uint256 balance) {
        balance = TokenCalls.balanceOf(token, address(this));
        uint256 needed = total + claimableTotal[token];
        uint256 available = balance / uint128(listings[token]);
        if (needed > available) revert InsufficientVaultBalance(token, needed, available);
    }

    function _push(uint64 batchNonce, address token, uint256 total, bytes calldata entries, uint256 balance) private {
        uint256 quantum = uint128(listings[token]);
        uint256 failed = 0;
        uint256 count = entries.length / ENTRY_BYTES;
        for (uint256 index = 0; index < count; ++index) {
            (address to, uint256 quanta) = _entry(entries, index);
            if (gasleft() < MIN_GAS_BEFORE_PUSH) revert InsufficientGas(MIN_GAS_BEFORE_PUSH, gasleft());
            if (!TokenCalls.tryTransfer(token, to, quanta * quantum, PUSH_GAS)) {
                failed += quanta;
                claimable[token][to] += quanta;
                emit PushFailed(batchNonce, token, to, uint96(quanta));
            }
        }
        if (failed != 0) claimableTotal[token] += failed;
        _requireBalance(token, balance - (total - failed) * quantum);
    }

    function _requireBalance(address token, uint256 expected) private view {
        uint256 actual = TokenCalls.balanceOf(token, address(this));
        if (actual != expected) revert BalanceMismatch(token, expected, actual);
    }

    function _requireRecipient(address to) private view {
        if (to == address(0)) revert ZeroRecipient();
        if (to == address(this)) revert VaultAsRecipient();
    }

    /// @dev Assembly, because a checked slice per entry is paid 800 times in a full batch; both callers have compared the length of
    /// the entries with their count. Every settle test reads its entries the plain way.
    function _entry(bytes calldata entries, uint256 index) private pure returns (address to, uint256 quanta) {
        assembly ("memory-safe") {
            let word := calldataload(add(entries.offset, shl(5, index)))
            to := shr(96, word)
            quanta := and(word, 0xffffffffffffffffffffffff)
        }
    }

    function _digest(Batch calldata batch, bytes32 entriesHash) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(BATCH_TYPEHASH, batch, entriesHash));
        return keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR, structHash));
    }
}
