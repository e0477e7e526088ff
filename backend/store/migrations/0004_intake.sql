-- What came in and what became of it. `source` names the segment or process that counted, so a count sent again replaces itself.
CREATE TABLE IF NOT EXISTS ingest_stats {on_cluster} (
  project_id UUID,
  second DateTime('UTC') CODEC(Delta, ZSTD(1)),
  signal LowCardinality(String),
  source String CODEC(ZSTD(1)),
  requests UInt64,
  bytes UInt64,
  received UInt64,
  stored UInt64,
  rejected Map(LowCardinality(String), UInt64),
  version UInt64
)
ENGINE = {replacing}
PARTITION BY toYYYYMM(second)
ORDER BY (project_id, second, signal, source)
TTL second + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS ingest_quarantine {on_cluster} (
  project_id UUID,
  id String,
  time DateTime64(9, 'UTC'),
  signal LowCardinality(String),
  reason String,
  items UInt64,
  bytes UInt64,
  path String,
  version UInt64
)
ENGINE = {replacing}
ORDER BY (project_id, id);

-- The last word of each receiving process about its disk.
CREATE TABLE IF NOT EXISTS ingest_spools {on_cluster} (
  process String,
  seen DateTime64(9, 'UTC'),
  waiting_bytes UInt64,
  waiting_segments UInt64,
  oldest_waiting_s Float64,
  last_error String,
  version UInt64
)
ENGINE = {replacing}
ORDER BY process
TTL toDateTime(seen) + INTERVAL 1 DAY;
