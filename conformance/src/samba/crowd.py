"""Copies a person of Samba's database, and names each copy as a member of a group.

    crowd.py DATABASE PERSON GROUP COUNT

Added one by one through Samba's own modules, twenty thousand take it most of a minute, because each is compared with those
who are there. Here the records are written as it writes them: it made the person and the group itself, both by its modules;
a copy differs in its name, its GUID and its SID, and stands in the group's list by those (`member` is kept in the order of
GUIDs). Indexes are written by ldb as ever.
"""

import sys
import uuid

import ldb
from samba.dcerpc import security
from samba.ndr import ndr_unpack

# Beyond whatever the server gives out by itself.
FIRST_RID = 100_000

database, person, group, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
db = ldb.Ldb()
# One transaction for all: without this ldb copies its indexes for each record, to be able to take back that one.
db.connect(f"tdb://{database}", flags=ldb.FLG_NOSYNC, options=["batch_mode:1"])
one = db.search(base=person, scope=ldb.SCOPE_BASE)[0]
large = db.search(base=group, scope=ldb.SCOPE_BASE)[0]
name = str(one["cn"][0])
account = str(one["sAMAccountName"][0])
guid = uuid.UUID(bytes_le=bytes(one["objectGUID"][0]))
sid = bytes(one["objectSid"][0])
sid_text = str(ndr_unpack(security.dom_sid, sid))
# One value, made by Samba: `<GUID=...>;<RMD_...>;<SID=...>;CN=...`.
(link,) = (bytes(value).decode() for value in large["member"])
assert str(guid) in link and sid_text in link and f";CN={name}," in link, link
digits = len(name) - 1
links = {str(guid): link}

db.transaction_start()
for at in range(1, count):
    copy_name = f"{name[0]}{at:0{digits}}"
    copy_guid = uuid.UUID(bytes_le=at.to_bytes(4, "big") + guid.bytes_le[4:])
    copy_sid = sid[:-4] + (FIRST_RID + at).to_bytes(4, "little")
    copy = ldb.Message(ldb.Dn(db, person.replace(f"CN={name},", f"CN={copy_name},", 1)))
    for key in one:
        if key not in ("dn", "distinguishedName"):
            values = [bytes(value) for value in one[key]]
            copy[key] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, key)
    for key, value in (
        ("cn", copy_name),
        ("name", copy_name),
        ("sAMAccountName", account.replace(name, copy_name)),
        ("objectGUID", copy_guid.bytes_le),
        ("objectSid", copy_sid),
    ):
        copy[key] = ldb.MessageElement([value], ldb.FLAG_MOD_ADD, key)
    db.add(copy)
    copy_sid_text = str(ndr_unpack(security.dom_sid, copy_sid))
    links[str(copy_guid)] = (
        link.replace(str(guid), str(copy_guid))
        .replace(sid_text, copy_sid_text)
        .replace(f";CN={name},", f";CN={copy_name},")
    )
change = ldb.Message(large.dn)
in_order = [links[guid].encode() for guid in sorted(links)]
change["member"] = ldb.MessageElement(in_order, ldb.FLAG_MOD_REPLACE, "member")
db.modify(change)
db.transaction_commit()
