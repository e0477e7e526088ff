"""Which widgets of a dashboard are answered by one scan: those that read the same rows in the same groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend.dashboards.widgets import OVER_TIME, SPREADS, Widget
from backend.metrics import services as metrics

# Groupings of one scan: each takes every row once more.
MOST_BESIDE = 9


@dataclass
class _Scan:
    """`group_by` "": of rows without groups."""

    group_by: str
    top: int
    measures: dict[str, None] = field(default_factory=dict[str, None])
    widgets: int = 0

    def add(self, widget: Widget) -> None:
        self.measures |= dict.fromkeys(widget.measures)
        self.widgets += 1


def planned(widgets: Sequence[Widget]) -> list[Widget]:
    """The same widgets, asking for a scan in common where one serves several.

    Widgets with groups share when they rank by the same measure; percentiles of "others" need a scan of their own.
    Widgets without groups take their numbers from the totals of a scan with few groups, if there is one.
    """
    scans: dict[tuple[object, ...], _Scan] = {}
    every, widgets = widgets, [one for one in widgets if one.chart not in SPREADS]
    for widget in widgets:
        if widget.group_by and _shares(widget):
            scans.setdefault(_key(widget), _Scan(widget.group_by, widget.top)).add(widget)
    hosts: dict[tuple[object, ...], _Scan] = {
        (_family(one), one.filter): scans[_key(one)]
        for one in widgets
        if one.group_by and one.chart in OVER_TIME and _shares(one) and _has_few_groups(one)
    }
    for widget in widgets:
        if not widget.group_by:
            found = hosts.get(_key(widget)) or scans.setdefault(_key(widget), _Scan("", widget.top))
            scans[_key(widget)] = found
            found.add(widget)
    return _beside([one if one.chart in SPREADS else _with(one, scans.get(_key(one))) for one in every])


def _beside(widgets: Sequence[Widget]) -> list[Widget]:
    """Rankings by the same numbers, each by something else, come from one scan."""
    groups: dict[tuple[object, ...], dict[str, None]] = {}
    for one in widgets:
        if _ranks(one):
            groups.setdefault(_numbers(one), {})[one.group_by] = None
    found = {key: tuple(names) for key, names in groups.items() if 1 < len(names) < MOST_BESIDE}
    return [replace(one, beside=found.get(_numbers(one), ())) if _ranks(one) else one for one in widgets]


def _ranks(widget: Widget) -> bool:
    if widget.chart in SPREADS or not widget.group_by or widget.has_times or not _shares(widget):
        return False
    return "." not in widget.group_by  # a key is bound, and only one can be


def _numbers(widget: Widget) -> tuple[object, ...]:
    return (_family(widget), widget.filter, widget.scan or widget.measures)


def _with(widget: Widget, scan: _Scan | None) -> Widget:
    if scan is None or scan.widgets < 2 or (widget.group_by and not _shares(widget)):
        return widget
    group = scan.group_by if not widget.group_by else ""
    return replace(widget, scan=tuple(scan.measures), scan_group=group, scan_top=scan.top)


def _key(widget: Widget) -> tuple[object, ...]:
    if not widget.group_by:
        return (_family(widget), widget.filter)
    return (_family(widget), widget.filter, widget.group_by, widget.has_times, widget.measures[0], widget.top)


def _family(widget: Widget) -> str:
    return metrics.MEASURE[widget.measures[0]].family


def _shares(widget: Widget) -> bool:
    return all(metrics.MEASURE[name].adds for name in widget.measures)


def _has_few_groups(widget: Widget) -> bool:
    group, _ = metrics.find_group(widget.group_by, metrics.MEASURE[widget.measures[0]].family)
    return group is not None and not (group.many or group.several or group.of_trace)
