// Measures the gas of whole transactions (test/Gas.t.sol) and writes it to .gas-snapshot.json (update) or compares it (check).
'use strict';

const fs = require('fs');
const path = require('path');
const { root, forge, fail } = require('./forge');

const TOLERATED_PERCENT = 1n;
const committedFile = path.join(root, '.gas-snapshot.json');
const measuredFolder = path.join(root, 'cache', 'gas');
const measuredFile = path.join(measuredFolder, 'ClearingVault.json');

const mode = process.argv[2];
if (mode !== 'update' && mode !== 'check') fail('usage: node scripts/gas.js update|check');

fs.rmSync(measuredFolder, { recursive: true, force: true });
forge(['test', '--match-path', 'test/Gas.t.sol']);
const measured = read(measuredFile);

if (mode === 'update') {
  fs.writeFileSync(committedFile, `${JSON.stringify(measured, null, 2)}\n`);
  process.stdout.write(`${Object.keys(measured).length} gas figures written.\n`);
} else {
  const committed = read(committedFile);
  const complaints = [];
  for (const name of new Set([...Object.keys(committed), ...Object.keys(measured)])) {
    const [before, now] = [committed[name], measured[name]];
    if (before === undefined) complaints.push(`"${name}" is measured but not committed`);
    else if (now === undefined) complaints.push(`"${name}" is committed but no longer measured`);
    else if (BigInt(now) * 100n > BigInt(before) * (100n + TOLERATED_PERCENT)) {
      complaints.push(`"${name}" rose from ${before} to ${now} gas, more than ${TOLERATED_PERCENT} %`);
    }
  }
  if (complaints.length > 0) {
    fail(`${complaints.join('\n')}\nIf this is meant, run "npm run gas:update" in bridges/contracts and commit.`);
  }
  process.stdout.write(`${Object.keys(measured).length} gas figures within ${TOLERATED_PERCENT} % of the committed ones.\n`);
}

function read(file) {
  if (!fs.existsSync(file)) fail(`${path.relative(root, file)} is missing.`);
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}
