#!/usr/bin/env bash
# Fetches the Node programs of the tests, each of a pinned version with its digest, where they are not there yet, and
# prints the folder whose `node_modules` they are in. Needs npm, and its registry once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
place=${CARGO_TARGET_DIR:-$here/../../target}
mkdir -p "$place"
place=$(cd "$place" && pwd)/conformance-browser
wanted=$(sha256sum <"$here/package-lock.json")

# One at a time: two tests may want it at once.
exec 9>"$place.lock"
flock 9
if [ "$(cat "$place/made-of" 2>/dev/null)" != "$wanted" ]; then
  rm -rf -- "$place"
  mkdir "$place"
  cp "$here/package.json" "$here/package-lock.json" "$place"
  # No program of a package is run to install it.
  npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  echo "$wanted" >"$place/made-of"
fi
echo "$place"
