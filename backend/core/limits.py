"""Every limit of the product, each with its reason."""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS

# --- ingest -----------------------------------------------------------------------------------------------------------
# OTLP collectors default to 4 MiB per gRPC message and batches of 512 spans; prompts of 200 KB need more room.
MAX_BODY_BYTES = 32 * MIB
# A body may not unpack to more than this, so that 50 KB of gzip cannot ask for gigabytes.
MAX_UNPACKED_BYTES = 64 * MIB
# Bodies being unpacked and parsed at once: 4 x 64 MiB is what a laptop can spare.
MAX_BODIES_IN_WORK = 4
# A span whose clock is this wrong would make a partition of its own (DESIGN section 4).
MAX_AGE_NS = 365 * DAY_NS
MAX_FUTURE_NS = DAY_NS
# Deeper attribute values are cut and marked; people cannot read them and recursion must end somewhere.
MAX_NESTING = 64
# Spans (or log records) of one request. Exporters send 512; an empty span of 2 bytes takes 260 once it is parsed.
MAX_ITEMS_PER_BODY = 100_000
# Values inside maps and lists of one body that are turned into text; a hostile body may hold millions.
MAX_NESTED_VALUES = 200_000
# partial_success carries one sentence; more reasons than this are counted, not listed.
MAX_REASONS_IN_REPLY = 5
# A segment is closed when the writer is idle and it is this old: how fresh a trace is when the server is idle.
SEGMENT_MAX_AGE_S = 0.5
# Busy: segments grow to this, because ClickHouse analyses the view anew for each insert (0.15 s).
# 64 MiB instead of 32 brought 46 down to 31 microseconds of CPU a span, and peak memory from 0.9 to 1.3 GB.
SEGMENT_BYTES = 16 * MIB
SEGMENT_MAX_BYTES = 64 * MIB
# Room for spans while ClickHouse is away: an hour of 300 spans/s at 1.5 KB. SPANHOUSE_SPOOL_MAX_BYTES changes it.
SPOOL_MAX_BYTES = 2 * GIB
# What a sender is told to wait when the spool is full or ClickHouse is away.
RETRY_AFTER_S = 5
# Writer's waits between tries when ClickHouse does not answer.
WRITER_BACKOFF_S = (0.5, 1, 2, 5, 10)
# Key look-ups are remembered this long: a revoked key stops working within it.
KEY_CACHE_S = 30.0
UNKNOWN_KEY_CACHE_S = 5.0
KEY_CACHE_ENTRIES = 10_000
# While the database of keys is away, keys seen before keep working this long; it is asked again this often.
KEY_GRACE_S = 600.0
KEY_RETRY_S = 5.0
# A look-up that takes longer counts as "the database is away"; more waiting look-ups than this are told to come again.
KEY_LOOKUP_TIMEOUT_S = 3.0
KEY_LOOKUPS_WAITING = 1_000
# An API key has about 50 characters; a longer one is not looked up.
MAX_KEY_CHARS = 512
# A project may send this many seconds' worth of its rate limit at once: exporters send in batches.
RATE_BURST_S = 10.0
# A spent quota does not come back soon; an owner may raise it, though.
QUOTA_RETRY_S = 3_600
# Small requests are unpacked on the event loop (under 1 ms of work); larger ones in a thread.
UNPACK_INLINE_BYTES = 256 * KIB
# Bodies above this count as big: MAX_BODIES_IN_WORK of them are held at once, small ones never wait behind them.
BIG_BODY_BYTES = MIB
# A sender that trickles its body would hold one of those places: 32 MiB in a minute is 0.5 MB/s.
BODY_READ_S = 60.0
# A JSON object or array costs 60 to 230 bytes of memory once parsed, so 64 MiB of "{}," would take gigabytes.
MAX_JSON_CONTAINERS = 4_000_000
# Connections and calls a receiver holds at once; more are refused (503, RESOURCE_EXHAUSTED).
MAX_CONNECTIONS = 2_000
# Open requests get this long to end when the server stops.
STOP_GRACE_S = 3.0
# A quota may be exceeded by what comes in within this time; counting a month costs up to 0.1 s.
QUOTA_REFRESH_S = 60.0
# Counters are written this often.
STATS_FLUSH_S = 1.0

# --- reading ----------------------------------------------------------------------------------------------------------
DEFAULT_WINDOW_NS = DAY_NS
PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
# A larger trace is sent without payloads (DESIGN section 6).
MAX_SPANS_WITH_PAYLOADS = 2_000
# More spans of one trace than this are not listed in one reply; the reply says so.
MAX_SPANS_PER_TRACE = 100_000
# A row shows about 100; every 100 more cost 28 bytes a span on disk (docs/decisions/0008).
PREVIEW_CHARS = 160
MAX_SCORES_PER_REQUEST = 1_000

# Spans that `manage.py renormalise` writes in one statement: some seconds of work, well under a request's time limit.
RENORMALISED_AT_ONCE = 50_000

# --- screen -----------------------------------------------------------------------------------------------------------
# A browser lays out 2,000 tree rows in about a quarter of a second; the rest is loaded while one scrolls.
TREE_ROWS_FIRST = 2_000
TREE_ROWS_MORE = 1_000
# Longer values are cut on the screen (the whole one is a click away): a 2 MB prompt would freeze the page.
SHOWN_CHARS = 40_000
SHOWN_ATTRIBUTE_CHARS = 4_000
# Markdown and JSON are only rendered up to this: parsing costs about 1 µs a character and people stop reading before.
RENDERED_CHARS = 40_000
# Spans named where a trace's total is explained; the rest is a number.
SPANS_OF_TOTAL = 50
# An image larger than this is named, not shown: it would be sent with every look at its span.
INLINE_IMAGE_CHARS = 8 * MIB
# Failed logins per address and email, and per address, before one has to wait.
LOGIN_TRIES_PER_EMAIL = 5
LOGIN_TRIES_PER_ADDRESS = 30
LOGIN_WAIT_S = 300

# --- filter -----------------------------------------------------------------------------------------------------------
# A filter is a URL parameter; servers and browsers keep URLs under 8,000 characters.
MAX_FILTER_CHARS = 4_000
# Brackets and NOTs inside each other: more than people can read, and recursion must end somewhere.
MAX_FILTER_NESTING = 20
# Words and values in one filter: each is a condition that every span of the window is tested with.
MAX_FILTER_TERMS = 100

# --- REST API and scores ----------------------------------------------------------------------------------------------
# 1,000 scores with a comment of some hundred words each.
MAX_API_BODY_BYTES = 8 * MIB
MAX_SCORE_NAME_CHARS = 200
MAX_SCORE_ID_CHARS = 200
# A comment or a text value is something a person reads beside a span, not a document.
MAX_SCORE_TEXT_CHARS = 10_000
MAX_SCORE_METADATA = 50

# --- compare ----------------------------------------------------------------------------------------------------------
# Steps of each of two traces that are aligned; a page with more rows is read by nobody and takes seconds to lay out.
COMPARED_STEPS = 2_000
# Rows on one page: a template writes about three in a millisecond.
COMPARED_ROWS_SHOWN = 1_000
# Of a text only this much is compared, and of that only this much by words: a page of changes has some thousands.
COMPARED_CHARS = 300_000
COMPARED_WORD_CHARS = 400_000
# Insertions and deletions looked for exactly: the work grows with their square (500: 0.1 s); beyond, an approximation.
COMPARED_STEP_EDITS = 500
COMPARED_LINE_EDITS = 500
COMPARED_WORD_EDITS = 200
# Attributes of two spans that differ and are listed, and how much of each value is.
COMPARED_ATTRIBUTES = 200
COMPARED_ATTRIBUTE_CHARS = 500
# Traces offered to compare with.
COMPARE_CANDIDATES = 20

# --- share links ------------------------------------------------------------------------------------------------------
# A token has 43 characters; a longer one is not looked up.
MAX_SHARE_TOKEN_CHARS = 100
# Wrong tokens from one address before it has to wait, and looks at shared traces (each reads ClickHouse), both within
# SHARE_WAIT_S. A token has 256 random bits: the first is against noise in the log rather than against guessing.
SHARE_MISSES_PER_ADDRESS = 30
SHARE_LOOKS_PER_ADDRESS = 600
SHARE_WAIT_S = 300
# Share links on their page: who has more revokes some.
SHARE_LINKS_LISTED = 500
# Projects in which /t/<trace id> looks: each costs a look at ClickHouse of about 10 ms.
PROJECTS_SEARCHED = 50
