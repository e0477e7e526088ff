"""What counted calls cost: by slots of time for some groups, and the groups that spend most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.facts import Facts
from backend.store.measures import MEASURE, Dimension
from backend.store.queries.metrics import Wanted, params_of, rows_of
from backend.store.queries.traces import HOUR_NS

# A call counts or not by what its trace did before and behind it, beyond the days that are summed up.
AROUND_NS = 6 * HOUR_NS
PRICES_CHANGED: LiteralString = """
SELECT max(version) AS version FROM model_prices
WHERE project_id IN ({project_id:UUID}, toUUID('00000000-0000-0000-0000-000000000000'))"""
# As the measures `cost` and `unpriced_calls`, but 0 where nobody gave a cost.
_NUMBERS: LiteralString = "sumIf(cost, used AND cost >= 0) AS spent, countIf(used AND cost < 0) AS unpriced"
# Their columns are what _NUMBERS reads.
SPENT = (MEASURE["cost"],)


def spent_by_slot(
    store: Store,
    project_id: UUID,
    group: Dimension | None,
    values: Sequence[str],
    edges: Sequence[int],
    to_ns: int,
    facts: Facts | None = None,
) -> list[Row]:
    """Rows of slot, grp, spent (dollars) and unpriced (calls) in [edges[0], to_ns); a slot begins at each edge.

    Without a group one of "" and `values` is ignored. `facts`: of `around(edges[0], to_ns)`.
    """
    wanted = _calls(group, *around(edges[0], to_ns), facts)
    among: LiteralString = "" if group is None else " AND grp IN {group_values:Array(String)}"
    sql: LiteralString = (
        "SELECT roundDown(start_ns, {edges:Array(Int64)}) AS slot, grp, "
        + _NUMBERS
        + "\nFROM ("
        + rows_of(wanted)
        + ") WHERE start_ns >= {first_ns:Int64} AND start_ns < {to_ns:Int64}"
        + among
        + "\nGROUP BY slot, grp"
    )
    more: dict[str, object] = {"edges": list(edges), "first_ns": edges[0], "to_ns": to_ns}
    more |= {"group_values": list(values)} if group is not None else {}
    return store.read(sql, {**params_of(project_id, wanted), **more})


def top_spenders(
    store: Store,
    project_id: UUID,
    group: Dimension,
    from_ns: int,
    to_ns: int,
    amount: float,
    top: int,
    facts: Facts | None = None,
) -> list[Row]:
    """Rows of grp, spent and unpriced of the groups that spent most; each row has what is told of all groups, too:
    `groups`, `all_unpriced` and `over`, how many reached the amount. What has no value is no group.
    """
    wanted = _calls(group, from_ns, to_ns, facts)
    sql: LiteralString = (
        "SELECT grp, spent, unpriced, count() OVER () AS groups, sum(unpriced) OVER () AS all_unpriced, "
        "countIf(spent >= {amount:Float64}) OVER () AS over"
        "\nFROM (SELECT grp, "
        + _NUMBERS
        + " FROM ("
        + rows_of(wanted)
        + ") WHERE grp != '' GROUP BY grp)\nORDER BY spent DESC, grp LIMIT {top:UInt32}"
    )
    return store.read(sql, {**params_of(project_id, wanted), "amount": amount, "top": top})


def prices_changed(store: Store, project_id: UUID) -> int:
    """Differs after each change of a price that counts in the project."""
    return int(store.read(PRICES_CHANGED, {"project_id": project_id})[0]["version"])


def around(from_ns: int, to_ns: int) -> tuple[int, int]:
    """The window that is read to sum up [from_ns, to_ns)."""
    return from_ns - AROUND_NS, to_ns + AROUND_NS


def _calls(group: Dimension | None, from_ns: int, to_ns: int, facts: Facts | None) -> Wanted:
    return Wanted("calls", SPENT, group, "", None, from_ns, to_ns, from_ns, 0, facts)
