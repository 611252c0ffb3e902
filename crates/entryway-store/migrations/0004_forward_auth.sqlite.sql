-- Hosts that forward authentication protects, each within a browser's session: first a code with the browser that it is
-- for, then, without one, the cookie that it was exchanged for. What is found by a secret is found by its SHA-256.
CREATE TABLE sso_host (
    token BLOB PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sso_session (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    browser BLOB,
    expires_ms INTEGER NOT NULL,
    target TEXT NOT NULL
) STRICT;
CREATE INDEX sso_host_session ON sso_host (session, host);
CREATE INDEX sso_host_expires ON sso_host (expires_ms) WHERE browser IS NOT NULL;
