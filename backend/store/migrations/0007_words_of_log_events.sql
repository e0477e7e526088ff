-- Word search finds what was only said in a GenAI log event: its input and its output, each with an index of words.
-- Columns, because an index on an expression is not used for hasAllTokens (docs/decisions/0011).
ALTER TABLE log_events {on_cluster} ADD COLUMN IF NOT EXISTS said_in String
  MATERIALIZED concatWithSeparator(' ', if(event_name = 'gen_ai.choice', '', body), attributes['gen_ai.system_instructions'], attributes['gen_ai.input.messages'])
  CODEC(ZSTD(3));

ALTER TABLE log_events {on_cluster} ADD COLUMN IF NOT EXISTS said_out String
  MATERIALIZED concatWithSeparator(' ', if(event_name = 'gen_ai.choice', body, ''), attributes['gen_ai.output.messages'])
  CODEC(ZSTD(3));

ALTER TABLE log_events {on_cluster} ADD INDEX IF NOT EXISTS said_in_words said_in
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(said_in));

ALTER TABLE log_events {on_cluster} ADD INDEX IF NOT EXISTS said_out_words said_out
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(said_out));

ALTER TABLE log_events {on_cluster} MATERIALIZE COLUMN said_in;

ALTER TABLE log_events {on_cluster} MATERIALIZE COLUMN said_out;

ALTER TABLE log_events {on_cluster} MATERIALIZE INDEX said_in_words;

ALTER TABLE log_events {on_cluster} MATERIALIZE INDEX said_out_words;
