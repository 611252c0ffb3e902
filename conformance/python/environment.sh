#!/usr/bin/env bash
# Makes the virtual environment with the Python programs of the tests, each of a pinned version with its digest, where it
# is not there yet, and prints where it is. Needs python3 with its module venv, and the package index once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
place=${CARGO_TARGET_DIR:-$here/../../target}
mkdir -p "$place"
place=$(cd "$place" && pwd)/conformance-python
wanted=$(sha256sum <"$here/requirements.txt")

# One at a time: two tests may want it at once.
exec 9>"$place.lock"
flock 9
if [ "$(cat "$place/made-of" 2>/dev/null)" != "$wanted" ]; then
  rm -rf -- "$place"
  python3 -m venv "$place" >&2
  "$place/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement "$here/requirements.txt" >&2
  echo "$wanted" >"$place/made-of"
fi
echo "$place"
