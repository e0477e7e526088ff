-- Word search finds a span by what its error says, too. Most spans have none: these indexes are small.
ALTER TABLE spans {on_cluster} ADD INDEX IF NOT EXISTS error_words status_message
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(status_message));

ALTER TABLE spans {on_cluster} ADD INDEX IF NOT EXISTS error_type_words error_type
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', preprocessor = lower(error_type));

ALTER TABLE spans {on_cluster} MATERIALIZE INDEX error_words;

ALTER TABLE spans {on_cluster} MATERIALIZE INDEX error_type_words;
