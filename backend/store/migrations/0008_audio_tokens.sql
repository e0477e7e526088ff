-- How many of the input and of the output tokens were spoken; -1: not given.
ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS audio_input_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)) AFTER reasoning_tokens;

ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS audio_output_tokens Int64 DEFAULT -1 CODEC(ZSTD(1)) AFTER audio_input_tokens;

-- Dollars a token of spoken input, spoken output and reasoning, one a tier. Empty: written before they were known.
ALTER TABLE model_prices {on_cluster} ADD COLUMN IF NOT EXISTS audio_input Array(Float64) AFTER cache_write;

ALTER TABLE model_prices {on_cluster} ADD COLUMN IF NOT EXISTS audio_output Array(Float64) AFTER audio_input;

ALTER TABLE model_prices {on_cluster} ADD COLUMN IF NOT EXISTS reasoning Array(Float64) AFTER audio_output;

-- `rates` holds nine numbers a tier: from how many input tokens; dollars a token of input, output, cache read, cache write;
-- dollars a request; dollars a token of spoken input, spoken output, reasoning (docs/decisions/0007).
CREATE OR REPLACE DICTIONARY prices {on_cluster} (
  project_id UUID,
  provider String,
  model String,
  effective_from DateTime,
  effective_to DateTime,
  rates Array(Float64)
)
PRIMARY KEY project_id, provider, model
SOURCE(CLICKHOUSE(QUERY 'SELECT project_id, provider, model, effective_from, effective_to, arrayFlatten(arrayMap((t, i, o, r, w, ai, ao, re) -> [toFloat64(t), i, o, r, w, request, ai, ao, re], tier_from, input, output, cache_read, cache_write, if(empty(audio_input), input, audio_input), if(empty(audio_output), output, audio_output), if(empty(reasoning), output, reasoning))) AS rates FROM {database}.model_prices FINAL WHERE priced = 1'))
LAYOUT(COMPLEX_KEY_RANGE_HASHED())
RANGE(MIN effective_from MAX effective_to)
LIFETIME(MIN 30 MAX 60);
