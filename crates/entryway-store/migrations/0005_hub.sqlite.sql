-- The hub: the authorities of its sites, tickets, and connectors. What is found by a secret is found by its SHA-256.

-- How often the standing of a connector has changed: so that nodes ask for what is new.
CREATE TABLE site_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO site_state (one, revision) VALUES (1, 0);

CREATE TABLE site_authority (
    site TEXT PRIMARY KEY,
    certificate BLOB NOT NULL,
    private BLOB NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

-- One that was used has the connector that came of it. `ended_ms`: taken back, or its time passed in a backup.
CREATE TABLE site_ticket (
    digest BLOB PRIMARY KEY,
    site TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER,
    connector TEXT,
    ended_ms INTEGER
) STRICT;
CREATE INDEX site_ticket_site ON site_ticket (site);
CREATE INDEX site_ticket_expires ON site_ticket (expires_ms);

-- `spki` is the SHA-256 of its public key, `spki_before` that of the key before, until the new one was shown: whoever
-- renews may die between the answer and writing it down. `revision` is the value of `site_state.revision` at the last
-- change of its standing.
CREATE TABLE site_connector (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    name TEXT NOT NULL,
    spki BLOB NOT NULL,
    spki_before BLOB,
    certificate BLOB NOT NULL,
    not_after_ms INTEGER NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    standing TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    software TEXT NOT NULL,
    seen_ms INTEGER,
    node TEXT,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX site_connector_site ON site_connector (site, id);
CREATE INDEX site_connector_revision ON site_connector (revision);
