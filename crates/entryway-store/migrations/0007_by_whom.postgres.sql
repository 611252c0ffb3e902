-- Who changed the standing of a connector, and who took a ticket back, in words. `changed_revision` is the revision of that
-- change: another one may be of something else. `revision` of a ticket is the value of
-- `site_state.revision` when it was made or taken back, so that nodes hear of that as they hear of standings.
ALTER TABLE site_connector ADD COLUMN changed_by TEXT;
ALTER TABLE site_connector ADD COLUMN changed_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE site_ticket ADD COLUMN ended_by TEXT;
ALTER TABLE site_ticket ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX site_ticket_revision ON site_ticket (revision);
