-- Single sign-on. A `body` is the text of whoever keeps it; what is found by a secret is found by its SHA-256.

-- `cookie` is another each time the person proves again who they are.
-- Pages of sessions are in the order of bytes, whatever the language of the database.
CREATE TABLE sso_session (
    id TEXT COLLATE "C" PRIMARY KEY,
    cookie BYTEA NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    used_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX sso_session_subject ON sso_session (subject);
CREATE INDEX sso_session_ends ON sso_session (ends_ms);

-- Who was given a code within a session, and has to hear of its end.
CREATE TABLE sso_session_client (
    session TEXT COLLATE "C" NOT NULL REFERENCES sso_session (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    PRIMARY KEY (session, client)
);

-- A code without a body was taken. `subject` is the session's.
CREATE TABLE sso_code (
    code BYTEA PRIMARY KEY,
    family BYTEA NOT NULL,
    client TEXT NOT NULL,
    session TEXT NOT NULL,
    subject TEXT NOT NULL,
    offline BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    keep_until_ms BIGINT NOT NULL,
    body TEXT
);
CREATE INDEX sso_code_session ON sso_code (session);
CREATE INDEX sso_code_offline ON sso_code (subject) WHERE offline = 1;
CREATE INDEX sso_code_kept ON sso_code (keep_until_ms);
CREATE INDEX sso_code_expires ON sso_code (expires_ms) WHERE body IS NOT NULL;

-- All tokens of one code. `revoked` wins over what the body says; a family that was revoked before anything was kept
-- of it has nothing else. One without refresh tokens has no body.
CREATE TABLE sso_family (
    family BYTEA PRIMARY KEY,
    client TEXT,
    subject TEXT,
    session TEXT,
    offline BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    keep_until_ms BIGINT NOT NULL,
    body TEXT,
    CHECK (revoked = 0 OR body IS NULL),
    CHECK (revoked = 1 OR (client IS NOT NULL AND subject IS NOT NULL AND session IS NOT NULL))
);
CREATE INDEX sso_family_session ON sso_family (session);
CREATE INDEX sso_family_offline ON sso_family (subject) WHERE offline = 1;
CREATE INDEX sso_family_kept ON sso_family (keep_until_ms);

-- A client's own access token has no family.
CREATE TABLE sso_access (
    token BYTEA PRIMARY KEY,
    family BYTEA,
    expires_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX sso_access_family ON sso_access (family);
CREATE INDEX sso_access_expires ON sso_access (expires_ms);

-- Assertions by which clients proved who they are: each counts once.
CREATE TABLE sso_assertion (
    client TEXT NOT NULL,
    jti BYTEA NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (client, jti)
);
CREATE INDEX sso_assertion_until ON sso_assertion (until_ms);

-- What people agreed to.
CREATE TABLE sso_consent (
    subject TEXT NOT NULL,
    client TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (subject, client, scope)
);

-- What signs tokens: published first, then used, then published for as long as what it signed is valid.
CREATE TABLE sso_signing_key (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    private BYTEA NOT NULL,
    published_ms BIGINT NOT NULL,
    signs_from_ms BIGINT NOT NULL,
    drop_after_ms BIGINT
);
