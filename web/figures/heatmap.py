"""A heatmap: time to the right, the size of a number upwards on a logarithmic scale, the number of rows as colour."""

from __future__ import annotations

import math
from typing import Any

from backend.metrics.distribution import Distribution
from web.figures import spread
from web.figures.over_time import MS, layout

# Names of edges that stand beside the axis: more would touch each other.
TICKS = 7
# The colour of a single row must be told from nothing.
LONE = 0.5


def heatmap(found: Distribution, *, label: str) -> dict[str, Any]:
    """Rows of Plotly's matrix are buckets. Colour follows the logarithm: one slow call among thousands is seen.

    `edges`: of the buckets, so that a place in the chart can be told as a number.
    """
    unit, rows = found.quantity.unit, spread.ROWS[found.quantity.family]
    starts, step = [start // MS for start in found.starts], found.step_ns // MS
    names = [spread.name(bucket, unit) for bucket in found.buckets]
    columns = list(zip(*found.total.counts, strict=True)) if names else []
    drawn = layout({}, "heatmap", starts, step)
    edges = [spread.edge(bucket.low, unit) for bucket in found.buckets]
    drawn["yaxis"] |= _axis(names, edges, spread.ticks(found.buckets, TICKS))
    drawn["yaxis"].pop("nticks", None)
    drawn |= {"hovermode": "closest", "dragmode": False}
    drawn["margin"] = {**drawn["margin"], "l": 16 + 7 * max((len(edge) for edge in edges), default=6)}
    drawn["xaxis"]["fixedrange"] = True
    trace = {
        "type": "heatmap",
        "name": label,
        "x": [start + step // 2 for start in starts],
        "y": names,
        "z": [[math.log10(n) + LONE if n else None for n in row] for row in columns],
        "zmin": 0,
        "zmax": math.log10(max(map(max, columns), default=1) or 1) + LONE,
        "customdata": [list(row) for row in columns],
        "hovertemplate": "%{y}<br>%{customdata} " + rows + "<extra></extra>",
        "hoverongaps": False,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[0, "--accent-weak"], [1, "--accent"]],
        "meta": {"group": None},
    }
    return {
        "data": [trace],
        "layout": drawn,
        "step": step,
        "label": label,
        "edges": [bucket.low for bucket in found.buckets] + [found.buckets[-1].high] if names else [],
    }


def _axis(names: list[str], edges: list[str], shown: list[int]) -> dict[str, Any]:
    return {
        "type": "category",
        "rangemode": "normal",
        "range": [-0.5, len(names) - 0.5],
        "tickvals": [names[n] for n in shown],
        "ticktext": [edges[n] for n in shown],
        "showgrid": False,
    }
