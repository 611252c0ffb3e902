# usage: bash -c "$this" keeper DIR
# Keeps DIR, and a server if one is asked for, until whoever started this closes its end of the
# pipe on stdin: by dropping the keeper, or by ending in any way at all.
# Asked on stdin, in words that end in NUL: WORD... and an empty word starts a server and answers
# its pid; an empty word alone stops it and answers `stopped`.
set -u
dir=$1
server=

stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null
  # One that a test has paused does not hear it before.
  kill -CONT "$server" 2>/dev/null
  timeout 10 tail -s 0.02 --pid="$server" -f /dev/null || kill -KILL "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}

echo "$$"
words=()
while IFS= read -r -d '' word; do
  if [ -n "$word" ]; then
    words+=("$word")
  elif [ "${#words[@]}" -eq 0 ]; then
    stop
    echo stopped
  else
    stop
    "${words[@]}" </dev/null >"$dir/output.log" 2>&1 &
    server=$!
    echo "$server"
    words=()
  fi
done
stop
rm -rf -- "$dir"
