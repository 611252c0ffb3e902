-- Bytes of the records of `body` before they were packed (LZ4, one block); 0: they stand as they are.
ALTER TABLE audit_segment ADD COLUMN unpacked INTEGER NOT NULL DEFAULT 0;
