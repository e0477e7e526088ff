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
# Of a longer value the screen shows its beginning, and more of it at a click: a 2 MB prompt would freeze the page.
SHOWN_CHARS = 16_000
SHOWN_ATTRIBUTE_CHARS = 1_000
SHOWN_MORE_CHARS = 65_536
# A tree of up to this many rows is sent whole (0.8 MB of HTML): find-in-page then works as well.
TREE_ROWS_WHOLE = 500
# Of a larger one the page holds what fills a tall screen; the rest is asked for while one scrolls.
TREE_ROWS_FIRST = 80
# Rows of one such request: three screens.
TREE_ROWS_MORE = 500
# Without JavaScript rows come in pages of this size.
TREE_ROWS_PAGE = 2_000
# From this many similar siblings on a row says "×480".
REPEATED_SIBLINGS = 4
# Outlines of traces kept in the process: about 25 MB for 100,000 spans, so some large traces that are being scrolled.
OUTLINE_CACHE_BYTES = 128 * MIB
# A smaller trace is sent whole and read again each time (20 ms): no need to keep it.
OUTLINE_CACHE_SPANS = 500
# A price or a mapping that changed shows in a large trace when it is opened this much later.
OUTLINE_FRESH_S = 30.0
# Hits of a search within a trace that can be stepped through.
FOUND_SPANS = 100_000
# A trace whose newest span came within this time may still be running.
RUNNING_S = 60.0
# Without its root it is looked after for longer; then the root is taken for lost.
RUNNING_WITHOUT_ROOT_S = 3_600.0
# A trace whose announced spans have not ended, and of which nothing came for so long, is taken for abandoned.
PENDING_SILENT_S = 3_600.0
# Steps of a transcript on one page, and the payload up to which a step is read: 40 x 256 KiB.
TRANSCRIPT_STEPS = 40
TRANSCRIPT_STEP_BYTES = 256 * KIB
# Turns of a session on one page, the payload up to which a question or an answer is read (100 x 128 KiB at most), and
# the steps that a turn names.
TURNS_PER_PAGE = 50
TURN_BYTES = 128 * KIB
STEPS_PER_TURN = 40
# Nodes of an agent graph; what is rarer is left out and counted. More boxes than these are no picture any more.
GRAPH_NODES = 48
# Markdown is only rendered up to this: parsing costs about 1 µs a character and people stop reading before.
RENDERED_CHARS = 40_000
# All values of a panel together; what comes after shows a line each.
PANEL_CHARS = 300_000
# JSON is parsed for its viewer up to this (60 ms); beyond, it is text.
JSON_CHARS = 16 * MIB
# Lines of JSON drawn at once, of one value and of a whole panel; the rest is loaded when it is unfolded.
JSON_NODES = 250
PANEL_NODES = 3_000
JSON_CHILDREN = 100
JSON_STRING_CHARS = 2_000
# Attributes listed of one span (or event); raw OTLP has them all.
SHOWN_ATTRIBUTES = 500
SHOWN_EVENTS = 200
# A longer conversation is folded in the middle: its first and its last messages are what people look for.
OPEN_CONVERSATION = 50
FOLDED_HEAD, FOLDED_TAIL = 10, 30
# Folded messages are sent along when they are few and short; others come when they are unfolded.
FOLDED_INLINE_MESSAGES = 30
FOLDED_INLINE_CHARS = 30_000
# Model calls looked at to find the one before; of the likeliest so many payloads are read and compared.
CALLS_LOOKED_AT = 40
CALLS_COMPARED = 3
COMPARED_BYTES = 4 * MIB
# Beyond these, two conversations (texts) are compared more coarsely: alignment costs the product of their lengths.
COMPARED_MESSAGES = 500
COMPARED_MESSAGE_CHARS = 4_000
COMPARED_WORDS = 4_000
# Spans named where a trace's total is explained; the rest is a number.
SPANS_OF_TOTAL = 50
# An image (base64) larger than this is loaded beside the page, one larger than the second is named, not shown.
INLINE_IMAGE_CHARS = 128 * KIB
SHOWN_IMAGE_CHARS = 16 * MIB
# Failed logins per address and email, and per address, before one has to wait.
LOGIN_TRIES_PER_EMAIL = 5
LOGIN_TRIES_PER_ADDRESS = 30
LOGIN_WAIT_S = 300

# Values of one facet at first, and when its search is opened: eight can be read at a glance.
FACET_VALUES = 8
FACET_VALUES_SEARCHED = 50
# Spans counted for the facets of a window; of a larger one a sample of traces. 100,000 take about 60 ms on two cores.
FACET_SPANS = 100_000

# The card that a row shows under the pointer: what fits about a third of a screen.
GLANCE_MESSAGES = 3
GLANCE_CHARS = 600

# --- filter -----------------------------------------------------------------------------------------------------------
# A filter is a URL parameter; servers and browsers keep URLs under 8,000 characters.
MAX_FILTER_CHARS = 4_000
# Brackets and NOTs inside each other: more than people can read, and recursion must end somewhere.
MAX_FILTER_NESTING = 20
# Words and values in one filter: each is a condition that every span of the window is tested with.
MAX_FILTER_TERMS = 100
# child(…), parent(…) and trace(…) in one filter: each looks through all spans of the window once more.
MAX_FILTER_RELATIONS = 5
# Suggestions under the filter bar: what can be read at a glance. So many values of a field are looked through.
SUGGESTIONS = 10
SUGGESTED_FROM = 200
# Words of a filter that are marked on the page; characters on each side of a hit that lies beyond the preview.
MARKED_WORDS = 20
SNIPPET_CHARS = 60

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

# -- prices ------------------------------------------------------------------------------------------------------------
# The dearest model costs some hundred dollars per million tokens; more than this is a slip of the finger.
MAX_DOLLARS_PER_MILLION = 1_000_000
# A model's name in the longest form known, the address of a deployment, has about 200 characters.
MAX_MODEL_CHARS = 300
# --- saved views ------------------------------------------------------------------------------------------------------
# Views that one person sees in a project: a longer menu is read by nobody.
SAVED_VIEWS = 200
VIEW_NAME_CHARS = 100
# --- metrics ----------------------------------------------------------------------------------------------------------
# Groups told apart in one answer: more lines than these are not told apart by anybody.
METRIC_GROUPS = 50
# Points of one series: about one a pixel of a wide screen.
METRIC_INTERVALS = 2_000
# An answer serves the charts of one page, which ask within a second or two; a reload shows what is new.
METRIC_FRESH_S = 5.0
METRIC_SCANS_KEPT = 200
# A shorter window is read from its spans: asking what facts there are would cost more than it saves.
FACTS_FROM_NS = 12 * 3_600 * SECOND_NS
# The job that makes facts leaves the worker to others after this long, and goes on a minute later.
FACTS_RUN_S = 20.0
# Rows of a heatmap, bars of a histogram: each is still some pixels high on a phone.
SPREAD_BUCKETS = 40
# Rows looked at on each side of a region, chosen at random when there are more: shares are then known to 1.4 points.
COMPARED_ROWS = 5_000
# Values compared at most, and how often one must occur: of rarer ones nothing could be said.
COMPARED_VALUES = 3_000
COMPARED_VALUE_ROWS = 5
# Longer attributes are texts, not values that rows share.
COMPARED_VALUE_CHARS = 120
# --- dashboards -------------------------------------------------------------------------------------------------------
# Dashboards that one person sees in a project: a longer list is read by nobody.
DASHBOARDS = 200
DASHBOARD_NAME_CHARS = 100
DASHBOARD_TEXT_CHARS = 500
# Each may be a scan of the window; twelve fill three screens.
DASHBOARD_WIDGETS = 40
# Lines of one chart that have each a colour and a unit.
WIDGET_MEASURES = 8
WIDGET_TITLE_CHARS = 100
# Forty widgets with the longest filters.
MAX_DASHBOARD_BYTES = 512 * KIB
# --- budgets ----------------------------------------------------------------------------------------------------------
# Budgets of a project: a page that is read at a glance, and each zone and scope of them is a scan of a month.
BUDGETS = 100
BUDGET_DOLLARS = 1_000_000_000
BUDGET_NOTE_CHARS = 500
BUDGET_VALUE_CHARS = 1_000
# Marks on one bar.
BUDGET_THRESHOLDS = 10
BUDGET_MOST_PER_CENT = 1_000
# Of a budget for each user: so many that spend most are listed on the budget's page, and under its row in the list.
BUDGET_SPENDERS = 50
BUDGET_SPENDERS_LISTED = 3
