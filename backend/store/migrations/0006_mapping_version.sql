-- By which version of backend/conventions/columns.py the columns of a span were made; 0: before there was a record of it.
ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS mapping_version UInt16 DEFAULT 0 CODEC(ZSTD(1)) AFTER version;
