// Runs the forge of this folder's node_modules from this folder, whatever the working directory is.
'use strict';

const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');

const root = path.resolve(__dirname, '..');
const binary = path.join(root, 'node_modules', '@foundry-rs', 'forge-linux-amd64', 'bin', 'forge');

/** Runs forge and returns; on failure prints what forge said and ends this process. */
function forge(args, environment = {}) {
  if (!fs.existsSync(binary)) {
    fail(`forge is missing: run "npm ci" in ${path.relative(process.cwd(), root) || '.'} (Linux x64 only).`);
  }
  const run = spawnSync(binary, args, { cwd: root, env: { ...process.env, ...environment }, encoding: 'utf8' });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}`);
    fail(`forge ${args[0]} failed${run.error ? `: ${run.error.message}` : ''}.`);
  }
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

module.exports = { root, forge, fail };
