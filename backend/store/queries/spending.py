"""What counted calls cost: by slots of time for some groups, and the groups that spend most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.facts import Facts
from backend.store.measures import MEASURE, Dimension
from backend.store.queries.metrics import Wanted, params_of, rows_of

# As the measures `cost` and `unpriced_calls`, but 0 where nobody gave a cost.
_NUMBERS: LiteralString = "sumIf(cost, used AND cost >= 0) AS spent, countIf(used AND cost < 0) AS unpriced"


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

    Without a group one of "" and `values` is ignored. `facts`: those of this window.
    """
    wanted = _calls(group, edges[0], to_ns, facts)
    among: LiteralString = "" if group is None else " WHERE grp IN {group_values:Array(String)}"
    sql: LiteralString = (
        "SELECT roundDown(start_ns, {edges:Array(Int64)}) AS slot, grp, "
        + _NUMBERS
        + "\nFROM ("
        + rows_of(wanted)
        + ")"
        + among
        + "\nGROUP BY slot, grp"
    )
    more = {"edges": list(edges), **({"group_values": list(values)} if group is not None else {})}
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


def _calls(group: Dimension | None, from_ns: int, to_ns: int, facts: Facts | None) -> Wanted:
    return Wanted("calls", (MEASURE["cost"],), group, "", None, from_ns, to_ns, from_ns, 0, facts)
