// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title IClearingVault
/// @notice Holds the tokens behind one chain's share of the clearing ledger. Anyone deposits; tokens leave only in batches which a
/// quorum of attesters signed, or as the claim of a recipient whose push failed. This interface is the specification.
///
/// Units. An `amount` is in base units of the token. Everything else that counts value (`quanta`, `total`, `minDeposit`, `cap`,
/// claimable balances) is in ledger units; `quantum` is how many base units make one ledger unit. No conversion rounds: an amount
/// that is not a whole number of quanta is refused.
///
/// Assumptions, safety (without them value can be lost):
/// - S1  At most f = floor((n - 1) / 3) of the n attesters sign what is false. Two quorums then share an honest attester.
/// - S2  A listed token moves exactly the amount asked for and changes the vault's balance in no other way (no rebasing, no
///       confiscation, no second address for the same balances). Fees and lies within a call are noticed and refused; a balance
///       that shrinks between calls is not noticed here.
/// - S3  A listed token keeps to its decimals; `quantum` is fixed for the life of the vault.
///
/// Assumptions, liveness (without them value can be late):
/// - L1  A quorum of attesters signs and somebody relays. Claims and deposits need neither.
/// - L2  A listed token gives recipients no control during a transfer. One that does lets a recipient pay tokens back in the middle
///       of a batch, which the exact balance check answers by refusing the whole batch.
/// - L3  A batch fits one transaction: 400 ordinary transfers do; for a token that burns the whole push allowance a smaller batch
///       must be signed after `notAfter` of the first.
/// - L4  Tokens sent to the vault without `deposit` are credited to nobody and use up deposit room under `cap`.
///
/// Invariants:
/// - I1  Solvency: claimableTotal(token) * quantum <= the vault's balance of the token.
/// - I2  claimableTotal(token) is the sum of claimable(token, owner) over all owners.
/// - I3  depositSeq counts the deposits without a gap and depositAcc is the hash chain over their leaves in that order.
/// - I4  nonce is the number of batches settled; every batch settles at most once and in the order of its nonce.
/// - I5  Conservation: balance = deposited + sent without deposit - pushed - claimed, in base units.
/// - I6  The attester set, its threshold, the domain and the token configuration never change.
/// - I7  Signatures of fewer than `threshold` distinct attesters move nothing.
interface IClearingVault {
    /// @notice What a token must be like to be deposited; fixed at construction.
    /// @param token The ERC-20 contract.
    /// @param quantum Base units of the token per ledger unit, at least 1.
    /// @param minDeposit Smallest deposit in ledger units, from 1 to `cap`.
    /// @param cap Largest vault balance a deposit may lead to, in ledger units, at most 2^62.
    struct TokenConfig {
        address token;
        uint128 quantum;
        uint128 minDeposit;
        uint128 cap;
    }

    /// @notice What attesters sign, next to the hash of the packed entries. The type is final: a later version of the vault gives
    /// a meaning to the root fields, which this version accepts only when all are zero.
    /// @param setEpoch Epoch of the attester set which signs.
    /// @param nonce Number of this batch, one above the last settled one.
    /// @param token Token of every entry; zero in an empty batch.
    /// @param stateSeq Ledger position of the state root; zero means that the batch carries no root.
    /// @param stateRoot Root of the tree of exit entitlements; zero here.
    /// @param stateSum Sum of the tree in ledger units; zero here.
    /// @param depositSeq Last deposit contained in the root; zero here.
    /// @param depositAcc Deposit hash chain at `depositSeq`; zero here.
    /// @param total Sum of the entries in ledger units.
    /// @param count Number of entries, at most 400.
    /// @param notAfter Last block timestamp, in seconds, at which the batch may settle.
    struct Batch {
        uint64 setEpoch;
        uint64 nonce;
        address token;
        uint64 stateSeq;
        bytes32 stateRoot;
        uint128 stateSum;
        uint64 depositSeq;
        bytes32 depositAcc;
        uint128 total;
        uint32 count;
        uint64 notAfter;
    }

    // Construction

    /// @notice The attester set is not a whole number of addresses, or not 4 to 255 of them.
    error InvalidSetLength(uint256 bytesGiven);
    /// @notice The attester at `index` is zero, a duplicate, or below the one before it.
    error UnsortedSet(uint256 index);
    /// @notice The threshold is below floor((n + f) / 2) + 1 or above n.
    error InvalidThreshold(uint256 threshold, uint256 smallest, uint256 largest);
    /// @notice There is no contract at the token's address.
    error TokenWithoutCode(address token);
    /// @notice The token is listed twice.
    error DuplicateToken(address token);
    /// @notice Quantum, smallest deposit or cap is outside its range.
    error InvalidTokenConfig(address token);

    // Any entry point

    /// @notice The vault was entered again during one of its own calls to a token.
    error Reentered();
    /// @notice The token was not listed at construction.
    error TokenNotListed(address token);
    /// @notice The token refused a transfer: it reverted, returned false, returned rubbish or has no code.
    error TransferFailed(address token);
    /// @notice The vault's balance did not become what the transfers make of it, in base units.
    error BalanceMismatch(address token, uint256 expected, uint256 actual);
    /// @notice The zero address cannot receive.
    error ZeroRecipient();
    /// @notice The vault cannot pay itself.
    error VaultAsRecipient();

    // Deposit

    /// @notice The amount is not a whole number of quanta.
    error NotWholeQuanta(uint256 amount, uint256 quantum);
    /// @notice The deposit is smaller than the token's smallest, both in ledger units.
    error BelowMinDeposit(uint256 quanta, uint256 minDeposit);
    /// @notice The first 20 bytes of the account id, its owner, are zero.
    error ZeroOwner();
    /// @notice The deposit would lift the vault's balance above the cap (`cap` in ledger units).
    error CapExceeded(address token, uint256 cap);

    // Settle, in order of precedence

    /// @notice The chain is not the one the vault was built on.
    error WrongChain(uint256 expected, uint256 actual);
    /// @notice The batch is for another epoch of the attester set.
    error WrongEpoch(uint64 expected, uint64 actual);
    /// @notice The batch is not the next one.
    error WrongNonce(uint64 expected, uint64 actual);
    /// @notice The batch is past its time.
    error BatchExpired(uint64 notAfter, uint256 timestamp);
    /// @notice The batch carries a state root or part of one.
    error RootNotSupported();
    /// @notice The batch has more entries than one transaction carries.
    error BatchTooLarge(uint256 count, uint256 largest);
    /// @notice The entries are not exactly 32 bytes for each of `count`.
    error WrongEntriesLength(uint256 expected, uint256 actual);
    /// @notice An empty batch names a token.
    error TokenInEmptyBatch(address token);
    /// @notice The entry at `index` pays nothing.
    error ZeroQuanta(uint256 index);
    /// @notice The entries do not add up to the total, both in ledger units.
    error WrongTotal(uint256 expected, uint256 actual);
    /// @notice The attester set given is not the vault's.
    error WrongAttesterSet(bytes32 expected, bytes32 actual);
    /// @notice The bitmap selects an attester beyond the end of the set.
    error BitmapOutOfRange(uint256 bitmap, uint256 attesters);
    /// @notice The bitmap does not select exactly `threshold` attesters.
    error WrongSignerCount(uint256 expected, uint256 actual);
    /// @notice The signatures are not exactly 64 bytes for each signer.
    error WrongSignaturesLength(uint256 expected, uint256 actual);
    /// @notice The signature at `index` has a zero r or an s in the upper half of the group order.
    error MalformedSignature(uint256 index);
    /// @notice The signature at `index` is not by the attester the bitmap selects (zero is recovered when it is by nobody).
    error WrongSigner(uint256 index, address expected, address recovered);
    /// @notice The batch and what is claimable together exceed the vault's balance, all in ledger units (balance rounded down).
    error InsufficientVaultBalance(address token, uint256 needed, uint256 available);
    /// @notice Too little gas is left to give the next transfer its full allowance.
    error InsufficientGas(uint256 needed, uint256 left);

    // Claim

    /// @notice The caller has nothing to claim in this token.
    error NothingToClaim(address token, address owner);

    /// @notice A deposit entered the hash chain.
    /// @param token The token deposited.
    /// @param accountId The ledger account to credit; its first 20 bytes are the owner.
    /// @param seq Number of the deposit in this vault, from 1.
    /// @param quanta Ledger units to credit.
    /// @param acc The hash chain after this deposit.
    event Deposit(address indexed token, bytes32 indexed accountId, uint64 indexed seq, uint128 quanta, bytes32 acc);

    /// @notice A batch is being paid; the pushes of the same transaction follow it in the log.
    /// @param nonce Number of the batch.
    /// @param token Token paid; zero for an empty batch.
    /// @param digest What the attesters signed.
    /// @param total Sum of the entries in ledger units, failed pushes included.
    /// @param count Number of entries.
    event Settled(uint64 indexed nonce, address indexed token, bytes32 digest, uint128 total, uint32 count);

    /// @notice A push failed and its value became claimable by the recipient.
    /// @param nonce Number of the batch.
    /// @param token Token that refused.
    /// @param to Recipient, now owner of the claim.
    /// @param quanta Ledger units.
    event PushFailed(uint64 indexed nonce, address indexed token, address indexed to, uint96 quanta);

    /// @notice An owner took what was claimable.
    /// @param token Token paid.
    /// @param owner Owner of the claim.
    /// @param to Where it was paid.
    /// @param quanta Ledger units.
    event Claimed(address indexed token, address indexed owner, address to, uint256 quanta);

    /// @notice Pulls `amount` from the caller and appends a leaf to the deposit hash chain:
    /// leaf = keccak256(uint64 seq ‖ token ‖ accountId ‖ uint128 quanta), acc' = keccak256(acc ‖ leaf).
    /// @dev Refuses, in this order: TokenNotListed, NotWholeQuanta, BelowMinDeposit, ZeroOwner, CapExceeded, TransferFailed,
    /// BalanceMismatch (the token kept a fee or gave more). Reentered comes before all.
    /// @param token A listed token which the caller allowed the vault to spend.
    /// @param amount Base units; a whole number of quanta, at least `minDeposit` of them.
    /// @param accountId The ledger account to credit; its first 20 bytes, the owner, are not zero.
    /// @return seq Number of the deposit, from 1 without a gap.
    function deposit(address token, uint256 amount, bytes32 accountId) external returns (uint64 seq);

    /// @notice Pays a batch which exactly `threshold` attesters signed. Anyone may relay it. A push that fails becomes claimable by
    /// its recipient and never stops the others.
    /// @dev Refuses in the order of the errors above; TokenNotListed, ZeroRecipient and VaultAsRecipient rank with the entries.
    /// After the last push the balance must have fallen by exactly what was pushed, else BalanceMismatch. A token that no longer
    /// answers balanceOf reverts its batches without a reason; batches of other tokens and empty ones go on.
    /// @param batch What was signed.
    /// @param entries Packed entries of 32 bytes: recipient (20) ‖ quanta in ledger units (12, big endian).
    /// @param set The attesters, packed ascending 20-byte addresses, as given at construction.
    /// @param bitmap Bit i selects attester i of the set.
    /// @param signatures One EIP-2098 signature (r ‖ yParityAndS, 64 bytes) per selected attester, in ascending order of attesters.
    function settle(
        Batch calldata batch,
        bytes calldata entries,
        bytes calldata set,
        uint256 bitmap,
        bytes calldata signatures
    ) external;

    /// @notice Pays everything the caller can claim in `token` to `to`. Needs no attester and no relayer.
    /// @dev Refuses: Reentered, ZeroRecipient, VaultAsRecipient, NothingToClaim, TransferFailed, BalanceMismatch. What is refused
    /// stays claimable.
    /// @param token The token of the failed pushes.
    /// @param to Where to pay; not zero and not the vault.
    /// @return quanta Ledger units paid.
    function claim(address token, address to) external returns (uint256 quanta);

    /// @notice Number of the last settled batch; zero before the first.
    function nonce() external view returns (uint64);

    /// @notice Epoch of the attester set: 1 for the life of this vault.
    function setEpoch() external view returns (uint64);

    /// @notice Number of deposits so far.
    function depositSeq() external view returns (uint64);

    /// @notice The hash chain over all deposits; zero before the first.
    function depositAcc() external view returns (bytes32);

    /// @notice keccak256(uint8 threshold ‖ set).
    function attesterSetHash() external view returns (bytes32);

    /// @notice The configuration of a token; all zero when it is not listed.
    /// @return quantum Base units per ledger unit.
    /// @return minDeposit Ledger units.
    /// @return cap Ledger units.
    function tokenConfig(address token) external view returns (uint128 quantum, uint128 minDeposit, uint128 cap);

    /// @notice What `owner` can claim in `token`, in ledger units.
    function claimable(address token, address owner) external view returns (uint256);

    /// @notice What all owners together can claim in `token`, in ledger units.
    function claimableTotal(address token) external view returns (uint256);

    /// @notice The EIP-712 digest which attesters sign for a batch.
    /// @param batch The batch.
    /// @param entriesHash keccak256 of the packed entries.
    function digest(Batch calldata batch, bytes32 entriesHash) external view returns (bytes32);

    /// @notice The EIP-5267 description of the domain: name, version, chainId and verifyingContract.
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
        );

    /// @notice The EIP-712 domain separator, with the chain id of construction.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
