// Writes the golden vectors which the Solidity and the Java tests both check: batches with their EIP-712 digests and signatures, and
// a chain of deposits. An implementation of its own (secp256k1 on whole numbers, RFC 6979 nonces) that shares nothing with either.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { keccak256 } = require('js-sha3');

const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

const mod = (a, m) => ((a % m) + m) % m;

function inverse(value, m) {
  let [a, b, x, y] = [mod(value, m), m, 1n, 0n];
  while (a !== 0n) {
    const q = b / a;
    [a, b, x, y] = [b - q * a, a, y - q * x, x];
  }
  return mod(y, m);
}

function add(p, q) {
  if (p === null) return q;
  if (q === null) return p;
  if (p.x === q.x && mod(p.y + q.y, P) === 0n) return null;
  const slope = p.x === q.x ? 3n * p.x * p.x * inverse(2n * p.y, P) : (q.y - p.y) * inverse(q.x - p.x, P);
  const x = mod(slope * slope - p.x - q.x, P);
  return { x, y: mod(slope * (p.x - x) - p.y, P) };
}

function multiply(k) {
  let sum = null;
  for (let point = G; k > 0n; k >>= 1n, point = add(point, point)) {
    if (k & 1n) sum = add(sum, point);
  }
  return sum;
}

const word = (value) => Buffer.from(BigInt(value).toString(16).padStart(64, '0'), 'hex');
const bytes = (hex) => Buffer.from(hex.slice(2), 'hex');
const hex = (buffer) => `0x${buffer.toString('hex')}`;
const number = (buffer) => BigInt(hex(buffer));
const hash = (...parts) => Buffer.from(keccak256.arrayBuffer(Buffer.concat(parts.map((p) => (Buffer.isBuffer(p) ? p : Buffer.from(p))))));
const uint = (value, size) => word(value).subarray(32 - size);

function addressOf(key) {
  const point = multiply(number(key));
  return hex(hash(word(point.x), word(point.y)).subarray(12));
}

/** RFC 6979 with SHA-256 and the digest as it is; s in the lower half; r ‖ yParityAndS. */
function sign(key, digest) {
  const hmac = (k, ...parts) => crypto.createHmac('sha256', k).update(Buffer.concat(parts)).digest();
  const z = word(mod(number(digest), N));
  let [k, v] = [Buffer.alloc(32, 0), Buffer.alloc(32, 1)];
  for (const step of [0, 1]) {
    k = hmac(k, v, Buffer.from([step]), key, z);
    v = hmac(k, v);
  }
  v = hmac(k, v);
  const point = multiply(number(v));
  const r = mod(point.x, N);
  let s = mod((number(digest) + r * number(key)) * inverse(number(v), N), N);
  let parity = point.y & 1n;
  if (s > N / 2n) [s, parity] = [N - s, parity ^ 1n];
  return hex(Buffer.concat([word(r), word(s | (parity << 255n))]));
}

const TYPE =
  'Batch(uint64 setEpoch,uint64 nonce,address token,uint64 stateSeq,bytes32 stateRoot,uint128 stateSum,uint64 depositSeq,' +
  'bytes32 depositAcc,uint128 total,uint32 count,uint64 notAfter,bytes32 entries)';
const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const ZERO = hex(Buffer.alloc(32));
const TOKEN = '0x5615deb798bb3e4dfa0139dfa1b3d433cc23b72f';

function batchCase({ name, chainId, verifyingContract, attesters, threshold, signers, nonce, notAfter, entries }) {
  const members = Array.from({ length: attesters }, (_, i) => {
    const privateKey = hash(`crossclear vector attester ${i}`);
    return { privateKey: hex(privateKey), address: addressOf(privateKey) };
  }).sort((a, b) => (a.address < b.address ? -1 : 1));
  const set = Buffer.concat(members.map((member) => bytes(member.address)));
  const domain = { name: 'CrossclearVault', version: '1', chainId: String(chainId), verifyingContract };
  const separator = hash(
    hash(DOMAIN_TYPE), hash(domain.name), hash(domain.version), word(chainId), word(verifyingContract));
  const packed = Buffer.concat(entries.map((entry) => Buffer.concat([bytes(entry.to), uint(entry.quanta, 12)])));
  const batch = {
    setEpoch: '1',
    nonce: String(nonce),
    token: entries.length === 0 ? `0x${'0'.repeat(40)}` : TOKEN,
    stateSeq: '0',
    stateRoot: ZERO,
    stateSum: '0',
    depositSeq: '0',
    depositAcc: ZERO,
    total: String(entries.reduce((sum, entry) => sum + BigInt(entry.quanta), 0n)),
    count: String(entries.length),
    notAfter: String(notAfter),
  };
  const structHash = hash(hash(TYPE), ...Object.values(batch).map(word), hash(packed));
  const digest = hash(Buffer.from([0x19, 0x01]), separator, structHash);
  const signatures = signers.map((index) => sign(bytes(members[index].privateKey), digest));
  return {
    name,
    domain,
    domainSeparator: hex(separator),
    threshold: String(threshold),
    attesters: members,
    set: hex(set),
    attesterSetHash: hex(hash(uint(threshold, 1), set)),
    batch,
    entries,
    entriesPacked: hex(packed),
    entriesHash: hex(hash(packed)),
    structHash: hex(structHash),
    digest: hex(digest),
    signers,
    bitmap: String(signers.reduce((bits, index) => bits | (1n << BigInt(index)), 0n)),
    signatures,
    signaturesPacked: `0x${signatures.map((signature) => signature.slice(2)).join('')}`,
  };
}

const recipient = (label) => hex(hash(`crossclear vector recipient ${label}`).subarray(12));

const batches = {
  type: TYPE,
  cases: [
    batchCase({
      name: 'three entries, three of four',
      chainId: 31337,
      verifyingContract: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512',
      attesters: 4,
      threshold: 3,
      signers: [0, 1, 3],
      nonce: 1,
      notAfter: 1900000000,
      entries: [
        { to: recipient('a'), quanta: '1' },
        { to: recipient('b'), quanta: '250000000' },
        { to: recipient('a'), quanta: '79228162514264337593543950335' },
      ],
    }),
    batchCase({
      name: 'no entry, three of four',
      chainId: 10,
      verifyingContract: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512',
      attesters: 4,
      threshold: 3,
      signers: [1, 2, 3],
      nonce: 1,
      notAfter: 1900000900,
      entries: [],
    }),
    batchCase({
      name: 'one entry, five of seven',
      chainId: 42161,
      verifyingContract: '0x00000000000000000000000000000000c1ea4a17',
      attesters: 7,
      threshold: 5,
      signers: [0, 2, 3, 5, 6],
      nonce: 1,
      notAfter: '18446744073709551615',
      entries: [{ to: recipient('c'), quanta: '123456789' }],
    }),
  ],
};

function depositChain() {
  let acc = Buffer.alloc(32);
  const tokens = [TOKEN, '0x2e234dae75c793f67a35089c9d99245e1c58470b'];
  const deposits = ['1', '4611686018427387904', '1000000'].map((quanta, index) => {
    const accountId = hex(Buffer.concat([bytes(recipient(index)), uint(index, 12)]));
    const token = tokens[index % 2];
    const leaf = hash(uint(index + 1, 8), bytes(token), bytes(accountId), uint(quanta, 16));
    acc = hash(acc, leaf);
    return { seq: String(index + 1), token, accountId, quanta, leaf: hex(leaf), acc: hex(acc) };
  });
  return { deposits };
}

const folder = path.resolve(__dirname, '..', 'test', 'vectors');
const files = { 'batch.json': batches, 'deposits.json': depositChain() };
for (const [name, content] of Object.entries(files)) {
  fs.writeFileSync(path.join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  process.stdout.write(`${name} written.\n`);
}
