-- Spans, and the Null table that OTLP is inserted into. The view between them is generated (backend/conventions/sql.py).
CREATE TABLE IF NOT EXISTS otlp_traces {on_cluster} ({otlp_traces_columns}) ENGINE = Null;

CREATE TABLE IF NOT EXISTS spans {on_cluster} (
  project_id UUID,
  trace_id String CODEC(ZSTD(3)),
  span_id String CODEC(ZSTD(3)),
  parent_span_id String CODEC(ZSTD(3)),
  start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  duration_ns UInt64 CODEC(ZSTD(1)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  -- When it was received, in nanoseconds: of two versions of one span the later one stays.
  version UInt64 CODEC(Delta, ZSTD(1)),

  name LowCardinality(String),
  type LowCardinality(String),
  kind Int8,
  status_code Int8,
  status_message String,
  error_type LowCardinality(String),
  service_name LowCardinality(String),
  scope_name LowCardinality(String),
  scope_version LowCardinality(String),
  environment LowCardinality(String),
  release LowCardinality(String),

  provider LowCardinality(String),
  operation LowCardinality(String),
  request_model LowCardinality(String),
  response_model LowCardinality(String),
  response_id String CODEC(ZSTD(3)),
  finish_reasons Array(LowCardinality(String)),
  -- -1 says 'not given' in every number below.
  temperature Float32 DEFAULT -1,
  max_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  streaming Int8 DEFAULT -1,

  input_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  output_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  cache_read_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  cache_write_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  reasoning_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  total_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)),
  reported_cost Float64 DEFAULT -1 CODEC(ZSTD(1)),
  time_to_first_token_ns Int64 DEFAULT -1 CODEC(ZSTD(1)),

  session_id String CODEC(ZSTD(3)),
  user_id String CODEC(ZSTD(3)),
  tags Array(LowCardinality(String)),
  trace_name LowCardinality(String),

  tool_name LowCardinality(String),
  agent_name LowCardinality(String),
  prompt_name LowCardinality(String),
  prompt_version LowCardinality(String),

  input String CODEC(ZSTD(3)),
  output String CODEC(ZSTD(3)),
  input_key LowCardinality(String),
  output_key LowCardinality(String),
  input_preview String CODEC(ZSTD(3)),
  output_preview String CODEC(ZSTD(3)),

  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  resource_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  events Array(Tuple(time DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String))) CODEC(ZSTD(1)),
  links Array(Tuple(trace_id String, span_id String, attributes Map(LowCardinality(String), String))) CODEC(ZSTD(1)),

  INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_user user_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX input_words input TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(input)),
  INDEX name_words name TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(name)),
  INDEX output_words output TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(output))
)
ENGINE = {replacing}
PARTITION BY toMonday(start_time)
ORDER BY (project_id, toStartOfMinute(start_time), trace_id, span_id)
-- Compact parts: with 55 columns, a file per column costs more than it saves until a part is large (DESIGN section 8).
-- Fewer, larger merges: every merge of a span costs about as much as its insert did (docs/decisions/0009).
SETTINGS min_bytes_for_wide_part = 268435456, index_granularity = 8192, merge_selector_base = 12;
