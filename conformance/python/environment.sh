#!/usr/bin/env bash
# usage: environment.sh [FOLDER]
# Makes the virtual environment with the Python programs of the tests, each of a pinned version with its digest, where it
# is not there yet, and prints where it is. FOLDER, this one where none is named, has their list. Needs python3 with its
# module venv, and the package index once.
set -euo pipefail
here=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")}" && pwd)
place=${CARGO_TARGET_DIR:-$here/../../target}
mkdir -p "$place"
place=$(cd "$place" && pwd)/conformance-$(basename "$here")
wanted=$(sha256sum <"$here/requirements.txt")

# One at a time: two tests may want it at once.
exec 9>"$place.lock"
flock 9
if [ "$(cat "$place/made-of" 2>/dev/null)" != "$wanted" ]; then
  rm -rf -- "$place"
  python3 -m venv "$place" >&2
  # The list is whole, so nothing else is looked for.
  "$place/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps \
    --requirement "$here/requirements.txt" >&2
  echo "$wanted" >"$place/made-of"
fi
echo "$place"
