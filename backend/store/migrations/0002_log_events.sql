-- GenAI content events that arrive as OTLP logs. The view that fills it is generated, like that of spans.
CREATE TABLE IF NOT EXISTS otlp_logs {on_cluster} ({otlp_logs_columns}) ENGINE = Null;

CREATE TABLE IF NOT EXISTS log_events {on_cluster} (
  project_id UUID,
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  event_name LowCardinality(String),
  severity LowCardinality(String),
  body String CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  version UInt64 CODEC(Delta, ZSTD(1)),
  -- Two events of one span may share name and nanosecond; their content tells them apart, and a repeat is one event.
  content_hash UInt64 MATERIALIZED cityHash64(body, mapKeys(attributes), mapValues(attributes)),
  INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {replacing}
PARTITION BY toMonday(time)
ORDER BY (project_id, toStartOfMinute(time), trace_id, span_id, time, event_name, content_hash);
