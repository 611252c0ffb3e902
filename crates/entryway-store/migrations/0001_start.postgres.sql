-- What outlives a request. Times are milliseconds since 1970; flags are 0 and 1.

-- One row. `epoch` is another after a restore, `accounts` grows with every change of an account.
CREATE TABLE store_state (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    epoch BIGINT NOT NULL,
    accounts BIGINT NOT NULL
);

-- `name_key` is the name in lower case. `revision` is the value of `store_state.accounts` that the last change of
-- the row gave. `password_stamp` is another when the password is, and the same when only its hash is.
CREATE TABLE local_account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    kept_in TEXT NOT NULL CHECK (kept_in IN ('store', 'directory')),
    password_hash TEXT,
    password_stamp BYTEA NOT NULL,
    enabled BIGINT NOT NULL,
    uid BIGINT,
    gid BIGINT,
    home TEXT,
    shell TEXT,
    user_type TEXT CHECK (user_type IN ('real', 'virtual')),
    email TEXT,
    display_name TEXT,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CHECK ((kept_in = 'store') = (password_hash IS NOT NULL))
);
CREATE INDEX local_account_revision ON local_account (revision);

-- Accounts that were removed, so that others who hold them in memory hear of it.
CREATE TABLE removed_account (
    id TEXT PRIMARY KEY,
    name_key TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX removed_account_revision ON removed_account (revision);

-- `bucket` is a keyed hash: no name or address stands here. The row of the empty bucket counts the writes; `version`
-- is the write that gave a row its state. After `over_ms` nothing of it matters.
CREATE TABLE throttle (
    bucket BYTEA PRIMARY KEY,
    version BIGINT NOT NULL,
    over_ms BIGINT NOT NULL,
    state BYTEA NOT NULL
);
CREATE INDEX throttle_version ON throttle (version);
CREATE INDEX throttle_over ON throttle (over_ms);

CREATE TABLE store_key (
    name TEXT NOT NULL,
    kid BIGINT NOT NULL,
    secret BYTEA NOT NULL,
    made_ms BIGINT NOT NULL,
    PRIMARY KEY (name, kid)
);

-- One row for each commit of a node: `count` records from `first_seq` on, framed in `body`. Never changed.
CREATE TABLE audit_segment (
    node TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    count BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (node, first_seq)
);
CREATE INDEX audit_segment_time ON audit_segment (to_ms, from_ms);

-- What the node's key, which is not in the store, says of the chain: all records below `next_seq` end in `hash`.
-- Of kind `base`: older ones were pruned by the node itself, and the chain begins here.
CREATE TABLE audit_checkpoint (
    node TEXT NOT NULL,
    next_seq BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('seen', 'base')),
    hash BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    public_key BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (node, next_seq, kind)
);
