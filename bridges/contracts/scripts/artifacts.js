// Compiles the contracts which the Java side deploys and writes them to its resources (write), or compares them (check).
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { root, forge, fail } = require('./forge');

const target = path.resolve(root, '..', 'src', 'main', 'resources', 'contracts');
const contracts = [
  { name: 'ClearingVault', source: 'src/ClearingVault.sol' },
  { name: 'TestToken', source: 'src/test-tokens/TestToken.sol' },
];

const mode = process.argv[2];
if (mode !== 'write' && mode !== 'check') fail('usage: node scripts/artifacts.js write|check');

const out = path.join('cache', 'artifacts', 'out');
forge(['build', '--force', '--out', out, '--cache-path', path.join('cache', 'artifacts', 'cache'),
  ...contracts.map((contract) => contract.source)]);

const differing = [];
for (const contract of contracts) {
  const file = path.join(target, `${contract.name}.json`);
  const expected = artifact(contract);
  if (mode === 'write') {
    fs.mkdirSync(target, { recursive: true });
    fs.writeFileSync(file, expected);
  } else if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== expected) {
    differing.push(path.relative(root, file));
  }
}
if (differing.length > 0) {
  fail(`${differing.join(' and ')} no longer match the Solidity sources: run "npm run artifacts" in bridges/contracts and commit.`);
}
process.stdout.write(`${contracts.length} artifacts ${mode === 'write' ? 'written' : 'match the sources'}.\n`);

function artifact({ name, source }) {
  const built = JSON.parse(fs.readFileSync(path.join(root, out, path.basename(source), `${name}.json`), 'utf8'));
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'node_modules', 'solc', 'package.json'), 'utf8'));
  const bytecode = built.bytecode.object;
  if (!/^0x([0-9a-f]{2})+$/.test(bytecode)) fail(`${name} has no complete bytecode.`);
  const content = { contractName: name, solc: version, sourceHash: sourceHash(source), abi: built.abi, bytecode };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** SHA-256 over path, length and text of the contract's own sources and our sources it imports, in the order of their paths. */
function sourceHash(source) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    for (const [, imported] of text.matchAll(/from "(\.[^"]+)"/g)) {
      visit(path.posix.join(path.posix.dirname(file), imported));
    }
  };
  visit(source);
  const hash = crypto.createHash('sha256');
  for (const file of [...found].sort()) {
    const text = fs.readFileSync(path.join(root, file));
    hash.update(`${file}\n${text.length}\n`).update(text);
  }
  return hash.digest('hex');
}
