-- Spans that were announced and have not ended (docs/decisions/0014): 1 until the finished span takes their place.
ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS pending UInt8 DEFAULT 0 CODEC(ZSTD(1)) AFTER version;
