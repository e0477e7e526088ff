"""A histogram: buckets of a logarithmic scale to the right, rows upwards; groups stand upon each other."""

from __future__ import annotations

from typing import Any

from backend.metrics.distribution import OTHER, Distribution
from web.figures import spread
from web.figures.over_time import PALETTE, REST_COLOUR, layout
from web.figures.units import axis

TICKS = 8


def histogram(found: Distribution, *, label: str, other: str = "others", nothing: str = "(none)") -> dict[str, Any]:
    """`found` without time. The numbers are those of the table that stands below."""
    unit, rows = found.quantity.unit, spread.ROWS[found.quantity.family]
    names = [spread.name(bucket, unit) for bucket in found.buckets]
    tallest = max((sum(column) for column in zip(*(one.counts[0] for one in found.series), strict=True)), default=0)
    drawn = layout(axis("count", float(tallest))[1], "stacked", [], 0)
    shown = spread.ticks(found.buckets, TICKS)
    drawn["xaxis"] |= {
        "type": "category",
        "fixedrange": True,
        "tickvals": [names[n] for n in shown],
        "ticktext": [spread.edge(found.buckets[n].low, unit) for n in shown],
    }
    drawn |= {"hovermode": "closest", "dragmode": False, "bargap": 0.04}
    data: list[dict[str, Any]] = []
    for n, one in enumerate(found.series):
        group = None if one.group == OTHER or not found.group_by else one.group
        title = other if one.group == OTHER else one.group or (nothing if found.group_by else label)
        colour = REST_COLOUR if one.group == OTHER else PALETTE[n % len(PALETTE)]
        data.append(
            {
                "type": "bar",
                "name": title,
                "x": names,
                "y": one.counts[0],
                "hovertemplate": "%{x}<br>%{y} " + rows + "<extra>%{fullData.name}</extra>",
                "marker": {"color": colour},
                "meta": {"group": group or None},
            }
        )
    return {"data": data, "layout": drawn, "step": 0, "label": label, "categories": True}
