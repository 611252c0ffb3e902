"""Reads vCards as an address book would, and says as JSON what each holds."""

import json
import sys

import vobject

cards = []
for card in vobject.readComponents(sys.stdin.buffer.read().decode("utf-8")):
    names = sorted(line.name for line in card.getChildren())
    one = lambda name: getattr(card, name).value
    cards.append(
        {
            "names": names,
            "fn": one("fn"),
            "title": one("title"),
            "note": one("note"),
            "org": one("org"),
            "street": one("adr").street,
            "given": one("n").given,
            "email": [line.value for line in card.contents.get("email", [])],
            "photo": one("photo"),
        }
    )
json.dump(cards, sys.stdout)
