-- Which models are used, and what they cost. Prices are US dollars per token; arrays hold one entry per tier of input size.
CREATE TABLE IF NOT EXISTS models_seen {on_cluster} (
  project_id UUID,
  provider LowCardinality(String),
  model String,
  first_seen SimpleAggregateFunction(min, DateTime('UTC')),
  last_seen SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = {aggregating}
ORDER BY (project_id, provider, model);

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_models_seen {on_cluster} TO models_seen AS
SELECT project_id, provider, if(response_model != '', response_model, request_model) AS model,
       toDateTime(min(start_time), 'UTC') AS first_seen, toDateTime(max(start_time), 'UTC') AS last_seen
FROM spans
WHERE type IN ('llm', 'embedding', 'reranker') AND model != ''
GROUP BY project_id, provider, model;

CREATE TABLE IF NOT EXISTS model_prices {on_cluster} (
  -- The zero UUID: for all projects. A project's own price wins.
  project_id UUID,
  provider String,
  model String,
  effective_from DateTime('UTC'),
  effective_to DateTime('UTC'),
  tier_from Array(Int64),
  input Array(Float64),
  output Array(Float64),
  cache_read Array(Float64),
  cache_write Array(Float64),
  request Float64,
  -- 0: looked for and not found; asked again when the price list is newer.
  priced UInt8,
  source LowCardinality(String),
  version UInt64
)
ENGINE = {replacing}
ORDER BY (project_id, provider, model, effective_from);

-- `rates` holds six numbers a tier: from how many input tokens; dollars a token of input, output, cache read, cache write;
-- dollars a request. One array is cheaper to look up than six attributes (docs/decisions/0007).
CREATE DICTIONARY IF NOT EXISTS prices {on_cluster} (
  project_id UUID,
  provider String,
  model String,
  effective_from DateTime,
  effective_to DateTime,
  rates Array(Float64)
)
PRIMARY KEY project_id, provider, model
SOURCE(CLICKHOUSE(QUERY 'SELECT project_id, provider, model, effective_from, effective_to, arrayFlatten(arrayMap((t, i, o, r, w) -> [toFloat64(t), i, o, r, w, request], tier_from, input, output, cache_read, cache_write)) AS rates FROM {database}.model_prices FINAL WHERE priced = 1'))
LAYOUT(COMPLEX_KEY_RANGE_HASHED())
RANGE(MIN effective_from MAX effective_to)
LIFETIME(MIN 30 MAX 60);
