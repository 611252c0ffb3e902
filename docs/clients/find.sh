#!/bin/sh
# Finds people by what was typed: a name, the beginning of one, a login name, a mail address.
#
#   ENTRYWAY_URL=http://127.0.0.1:8389 ENTRYWAY_TOKEN_FILE=people.token sh find.sh aokafor
#
# One line for each: name, mail address, id. Needs curl, and python3 to read JSON.
set -eu

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# The token goes in through standard input: an argument can be read by everybody on the machine.
status=$(printf 'header = "authorization: Bearer %s"\n' "$(cat "$ENTRYWAY_TOKEN_FILE")" |
  curl --silent --show-error --max-time 10 --config - --output "$answer" --write-out '%{http_code}' \
    --get --data-urlencode "q=$1" --data 'limit=10' "$ENTRYWAY_URL/api/v1/people")

if [ "$status" != 200 ]; then
  # A problem document: `code` for programs, `detail` and `remedy` for people. 503 means that nobody could be asked.
  echo "no answer ($status): $(cat "$answer")" >&2
  exit 1
fi

python3 -c '
import json, sys
found = json.load(open(sys.argv[1]))
for person in found["matches"]:
    print(person["name"], person.get("mail", ""), person["id"], sep="\t")
if found["partial"]:
    print("there may be more:", found["gaps"], file=sys.stderr)
' "$answer"
