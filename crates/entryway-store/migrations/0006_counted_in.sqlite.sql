-- Where a connector counts failures, if others may count there too: connectors of one site that name the same store share
-- what the directory's lockout threshold leaves. NULL: in a store of its own.
ALTER TABLE site_connector ADD COLUMN counted_in TEXT;
