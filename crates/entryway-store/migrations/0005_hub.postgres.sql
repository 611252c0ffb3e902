-- The hub: the authorities of its sites, tickets, and connectors. What is found by a secret is found by its SHA-256.

-- How often the standing of a connector has changed: so that nodes ask for what is new.
CREATE TABLE site_state (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO site_state (one, revision) VALUES (1, 0);

CREATE TABLE site_authority (
    site TEXT COLLATE "C" PRIMARY KEY,
    certificate BYTEA NOT NULL,
    private BYTEA NOT NULL,
    made_ms BIGINT NOT NULL
);

-- One that was used has the connector that came of it. `ended_ms`: taken back, or its time passed in a backup.
CREATE TABLE site_ticket (
    digest BYTEA PRIMARY KEY,
    site TEXT COLLATE "C" NOT NULL,
    made_ms BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT,
    connector TEXT,
    ended_ms BIGINT
);
CREATE INDEX site_ticket_site ON site_ticket (site);
CREATE INDEX site_ticket_expires ON site_ticket (expires_ms);

-- `spki` is the SHA-256 of its public key, `spki_before` that of the key before, until the new one was shown: whoever
-- renews may die between the answer and writing it down. `revision` is the value of `site_state.revision` at the last
-- change of its standing.
CREATE TABLE site_connector (
    id TEXT COLLATE "C" PRIMARY KEY,
    site TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    spki BYTEA NOT NULL,
    spki_before BYTEA,
    certificate BYTEA NOT NULL,
    not_after_ms BIGINT NOT NULL,
    enrolled_ms BIGINT NOT NULL,
    standing TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    software TEXT NOT NULL,
    seen_ms BIGINT,
    node TEXT,
    revision BIGINT NOT NULL
);
CREATE INDEX site_connector_site ON site_connector (site, id);
CREATE INDEX site_connector_revision ON site_connector (revision);
