-- Facts: every model call that counts, with its cost, and every trace with a root, of hours that are over, each with what its whole trace
-- says (docs/decisions/0017). A job makes them from `spans`; whoever drops them loses time, nothing else.

-- When something last arrived for an hour. A view counts retried batches twice; the latest moment stays the latest.
CREATE TABLE IF NOT EXISTS changed_hours {on_cluster} (
  project_id UUID,
  hour DateTime('UTC'),
  changed_ns SimpleAggregateFunction(max, Int64)
)
ENGINE = {aggregating}
ORDER BY (project_id, hour);

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_changed_hours {on_cluster} TO changed_hours AS
SELECT project_id, toStartOfHour(start_time) AS hour, toUnixTimestamp64Nano(max(now64(9))) AS changed_ns
FROM spans
GROUP BY project_id, hour;

-- What is there already; twice changes nothing but the moment.
INSERT INTO changed_hours
SELECT project_id, toStartOfHour(start_time) AS hour, toUnixTimestamp64Nano(max(now64(9))) AS changed_ns
FROM spans
GROUP BY project_id, hour;

-- Which facts of an hour count: those of this version, the nanosecond in which their making began.
CREATE TABLE IF NOT EXISTS fact_hours {on_cluster} (
  project_id UUID,
  hour DateTime('UTC'),
  version UInt64,
  made_by UInt16,
  -- Provider and model of the calls: whose prices the costs depend on.
  models Array(Tuple(String, String))
)
ENGINE = {replacing}
ORDER BY (project_id, hour);

-- Columns that `spans` has, too, mean the same here. whole_…: what the spans of the whole trace say.
CREATE TABLE IF NOT EXISTS call_facts {on_cluster} (
  project_id UUID,
  hour DateTime('UTC') CODEC(Delta, LZ4),
  version UInt64 CODEC(Delta, LZ4),
  start_ns Int64 CODEC(Delta, LZ4),
  trace_id String,
  span_id String,
  duration_ns UInt64,
  used UInt8,
  failed UInt8,
  cost Float64,
  tokens Int64,
  input_tokens Int64,
  output_tokens Int64,
  cache_read_tokens Int64,
  cache_write_tokens Int64,
  reasoning_tokens Int64,
  total_tokens Int64,
  time_to_first_token_ns Int64,
  pending UInt8 ALIAS 0,
  name LowCardinality(String),
  trace_name LowCardinality(String),
  type LowCardinality(String),
  status_code Int8,
  error_type LowCardinality(String),
  service_name LowCardinality(String),
  scope_name LowCardinality(String),
  agent_name LowCardinality(String),
  provider LowCardinality(String),
  operation LowCardinality(String),
  request_model LowCardinality(String),
  response_model LowCardinality(String),
  prompt_name LowCardinality(String),
  prompt_version LowCardinality(String),
  whole_user String,
  whole_session String,
  whole_tags Array(LowCardinality(String)),
  whole_name LowCardinality(String),
  whole_environment LowCardinality(String),
  whole_release LowCardinality(String)
)
ENGINE = {plain}
PARTITION BY toMonday(hour)
-- By trace: its calls stand together, which compresses well, and sums by trace or user meet the same key again and again.
ORDER BY (project_id, hour, trace_id, start_ns);

CREATE TABLE IF NOT EXISTS trace_facts {on_cluster} (
  project_id UUID,
  hour DateTime('UTC') CODEC(Delta, LZ4),
  version UInt64 CODEC(Delta, LZ4),
  -- When its root begins; from span_id to agent_name, too, the root's own.
  start_ns Int64 CODEC(Delta, LZ4),
  trace_id String,
  failed UInt8,
  span_id String,
  duration_ns UInt64,
  name LowCardinality(String),
  service_name LowCardinality(String),
  scope_name LowCardinality(String),
  agent_name LowCardinality(String),
  whole_user String,
  whole_session String,
  whole_tags Array(LowCardinality(String)),
  whole_name LowCardinality(String),
  whole_environment LowCardinality(String),
  whole_release LowCardinality(String)
)
ENGINE = {plain}
PARTITION BY toMonday(hour)
-- By trace: its calls stand together, which compresses well, and sums by trace or user meet the same key again and again.
ORDER BY (project_id, hour, trace_id, start_ns);
