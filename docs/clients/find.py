"""Finds people by what was typed: a name, the beginning of one, a login name, a mail address.

    ENTRYWAY_URL=http://127.0.0.1:8389 ENTRYWAY_TOKEN_FILE=people.token python3 find.py aokafor

One line for each: name, mail address, id. Needs nothing beside Python's standard library.
"""

import json
import os
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

URL = os.environ["ENTRYWAY_URL"]
TOKEN = Path(os.environ["ENTRYWAY_TOKEN_FILE"]).read_text().strip()


class Problem(Exception):
    """A problem document (RFC 9457): `code` for programs, `detail` and `remedy` for people."""

    def __init__(self, document):
        super().__init__(f"{document['status']} {document['code']}: {document['detail']}; {document['remedy']}")
        self.document = document


def get(path, **parameters):
    request = Request(f"{URL}{path}?{urlencode(parameters)}", headers={"authorization": f"Bearer {TOKEN}"})
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except HTTPError as error:
        # 503 means that nobody could be asked: it is no "not found".
        raise Problem(json.load(error)) from None


def main(typed):
    found = get("/api/v1/people", q=typed, limit=10)
    for person in found["matches"]:
        print(person["name"], person.get("mail", ""), person["id"], sep="\t")
    if found["partial"]:
        print("there may be more:", found["gaps"], file=sys.stderr)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Problem as problem:
        sys.exit(f"no answer: {problem}")
