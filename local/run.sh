#!/bin/sh
# Runs one of the project's scripts on the project's own Node, installing the dependencies first when they are missing or old:
# so that every command works on a fresh clone.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
stamp="$root/node_modules/.installed-lock"

if ! cmp -s "$root/package-lock.json" "$stamp"; then
  command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer (https://nodejs.org), then run this again" >&2; exit 1; }
  echo "Installing dependencies (npm ci, about 20 seconds) …" >&2
  npm --prefix "$root" ci --no-audit --no-fund --loglevel=error >&2
  cp "$root/package-lock.json" "$stamp"
fi

PATH="$root/node_modules/.bin:$PATH"
export PATH
exec node "$@"
