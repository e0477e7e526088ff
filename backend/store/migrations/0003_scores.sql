-- Judgements of traces, spans and sessions. A score sent again under its id replaces itself.
CREATE TABLE IF NOT EXISTS scores {on_cluster} (
  project_id UUID,
  id String,
  trace_id String,
  span_id String,
  session_id String,
  name LowCardinality(String),
  source LowCardinality(String),
  data_type LowCardinality(String),
  value Float64,
  text_value String,
  comment String,
  author String,
  metadata Map(String, String),
  created_at DateTime64(9, 'UTC'),
  version UInt64,
  deleted UInt8 DEFAULT 0,
  INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {replacing}
ORDER BY (project_id, id);
