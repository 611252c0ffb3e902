#!/usr/bin/env bash
# The same as ../python/environment.sh for mitmproxy, which wants other versions of what the programs there need.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec bash "$here/../python/environment.sh" "$here"
