#!/bin/sh
# Installs forge, anvil, solc and the contract libraries into node_modules, unless they already are what package-lock.json says.
set -eu
cd "$(dirname "$0")"

say() {
  echo "bridges/contracts: $1" >&2
  exit 1
}

lock=$(cksum < package-lock.json)
marker=node_modules/.installed
if [ -f "$marker" ] && [ "$(cat "$marker")" = "$lock" ]; then
  exit 0
fi

platform="$(uname -s) $(uname -m)"
[ "$platform" = "Linux x86_64" ] ||
  say "forge and anvil come for Linux x86_64 only and this is $platform; give Maven -DskipContracts to build without them."
command -v node > /dev/null 2>&1 ||
  say "node is missing; install Node.js 20 or newer, or give Maven -DskipContracts to build without the contracts."
command -v npm > /dev/null 2>&1 ||
  say "npm is missing; install it next to Node.js, or give Maven -DskipContracts to build without the contracts."
node -e 'process.exit(parseInt(process.versions.node, 10) >= 20 ? 0 : 1)' ||
  say "node $(node --version) is too old; install Node.js 20 or newer."

npm ci --prefer-offline --no-progress --loglevel=error ||
  say "npm ci failed; its reason stands above."
for tool in forge anvil; do
  [ -x "node_modules/@foundry-rs/$tool-linux-amd64/bin/$tool" ] ||
    say "npm ci left no $tool; its registry has to serve @foundry-rs/$tool-linux-amd64."
done
echo "$lock" > "$marker"
