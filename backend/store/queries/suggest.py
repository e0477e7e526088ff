"""What a filter can ask for beside the facets: keys and values of attributes, names and values of scores, with counts.

Attributes are counted in a sample of traces, as facets are. Only the map of attributes is read, never content.
"""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.filters import Compiled
from backend.store.queries.facets import WINDOW

TAIL: LiteralString = """
GROUP BY value
HAVING value != '' AND (empty({search:String}) OR positionCaseInsensitiveUTF8(value, {search:String}) > 0)
ORDER BY traces DESC, value LIMIT {limit:UInt32}"""
COUNTED: LiteralString = ", uniq(trace_id) AS traces"
KEYS: LiteralString = "SELECT toString(arrayJoin(attributes.keys)) AS value" + COUNTED
RESOURCE_KEYS: LiteralString = "SELECT toString(arrayJoin(resource_attributes.keys)) AS value" + COUNTED
# Long values are nothing to choose from.
VALUES: LiteralString = (
    "SELECT if(length(arrayJoin(arrayFilter((v, k) -> has({keys:Array(String)}, toString(k)), "
    "attributes.values, attributes.keys)) AS held) <= 100, held, '') AS value" + COUNTED
)
RESOURCE_VALUES: LiteralString = (
    "SELECT if(length(resource_attributes[{key:String}]) <= 100, resource_attributes[{key:String}], '') AS value"
    + COUNTED
)

SCORES: LiteralString = """
FROM scores FINAL WHERE project_id = {project_id:UUID} AND deleted = 0 AND trace_id != ''"""
SCORE_NAMES: LiteralString = "SELECT toString(name) AS value" + COUNTED + SCORES + TAIL
SCORE_VALUES: LiteralString = (
    "SELECT multiIf(data_type = 'boolean', if(value > 0, 'yes', 'no'), text_value != '', text_value, toString(scores.value))"
    " AS shown" + COUNTED + SCORES + " AND lowerUTF8(name) = lowerUTF8({name:String})\nGROUP BY shown"
    " HAVING empty({search:String}) OR positionCaseInsensitiveUTF8(shown, {search:String}) > 0"
    " ORDER BY traces DESC, shown LIMIT {limit:UInt32}"
)


def attribute_choices(
    store: Store,
    project_id: UUID,
    from_ns: int,
    to_ns: int,
    matching: Compiled,
    *,
    resource: bool,
    keys: list[str],
    search: str,
    sample: int,
    limit: int,
) -> list[Row]:
    """value, traces: without `keys` the keys of attributes that hold `search`, else the values of these keys."""
    params: dict[str, object] = {
        **matching.within(from_ns, to_ns),
        "project_id": project_id,
        "scan_from": max(from_ns, 0),
        "scan_to": to_ns,
        "sample": sample,
        "keys": keys,
        "key": keys[0] if keys else "",
        "search": search,
        "limit": limit,
    }
    if resource:
        head = RESOURCE_VALUES if keys else RESOURCE_KEYS
    else:
        head = VALUES if keys else KEYS
    return store.read(head + WINDOW + matching.where + ")" + TAIL, params)


def score_choices(store: Store, project_id: UUID, *, name: str, search: str, limit: int) -> list[Row]:
    """value, traces: names of scores that hold `search`, or with `name` the values of that score."""
    params = {"project_id": project_id, "name": name, "search": search, "limit": limit}
    if not name:
        return store.read(SCORE_NAMES, params)
    return [{**row, "value": row["shown"]} for row in store.read(SCORE_VALUES, params)]
