-- What outlives a request. Times are milliseconds since 1970; flags are 0 and 1.

-- One row. `epoch` is another after a restore, `accounts` grows with every change of an account.
CREATE TABLE store_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    accounts INTEGER NOT NULL
) STRICT;

-- `name_key` is the name in lower case. `revision` is the value of `store_state.accounts` that the last change of
-- the row gave. `password_stamp` is another when the password is, and the same when only its hash is.
CREATE TABLE local_account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    kept_in TEXT NOT NULL CHECK (kept_in IN ('store', 'directory')),
    password_hash TEXT,
    password_stamp BLOB NOT NULL,
    enabled INTEGER NOT NULL,
    uid INTEGER,
    gid INTEGER,
    home TEXT,
    shell TEXT,
    user_type TEXT CHECK (user_type IN ('real', 'virtual')),
    email TEXT,
    display_name TEXT,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CHECK ((kept_in = 'store') = (password_hash IS NOT NULL))
) STRICT;
CREATE INDEX local_account_revision ON local_account (revision);

-- Accounts that were removed, so that others who hold them in memory hear of it.
CREATE TABLE removed_account (
    id TEXT PRIMARY KEY,
    name_key TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX removed_account_revision ON removed_account (revision);

-- `bucket` is a keyed hash: no name or address stands here. The row of the empty bucket counts the writes; `version`
-- is the write that gave a row its state. After `over_ms` nothing of it matters.
CREATE TABLE throttle (
    bucket BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    over_ms INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;
CREATE INDEX throttle_version ON throttle (version);
CREATE INDEX throttle_over ON throttle (over_ms);

CREATE TABLE store_key (
    name TEXT NOT NULL,
    kid INTEGER NOT NULL,
    secret BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (name, kid)
) STRICT;

-- One row for each commit of a node: `count` records from `first_seq` on, framed in `body`. Never changed.
CREATE TABLE audit_segment (
    node TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (node, first_seq)
) STRICT;
CREATE INDEX audit_segment_time ON audit_segment (to_ms, from_ms);

-- What the node's key, which is not in the store, says of the chain: all records below `next_seq` end in `hash`.
-- Of kind `base`: older ones were pruned by the node itself, and the chain begins here.
CREATE TABLE audit_checkpoint (
    node TEXT NOT NULL,
    next_seq INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('seen', 'base')),
    hash BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (node, next_seq, kind)
) STRICT;
