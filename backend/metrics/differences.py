"""What differs inside a region of a distribution: values that occur there clearly more or less often than elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from backend.conventions.metadata import key_of
from backend.core.errors import InvalidInput
from backend.metrics import facts
from backend.metrics.distribution import SpreadQuestion, find_quantity, wanted_of
from backend.metrics.scans import shared
from backend.metrics.services import wanted_key
from backend.metrics.shares import certain_difference, z_of
from backend.store import client
from backend.store.client import Row
from backend.store.measures import DIMENSION
from backend.store.quantities import Quantity
from backend.store.queries import differences as queries
from backend.store.queries.differences import Region

__all__ = ["Region"]

LABELS = {"input_tokens": "Input tokens", "output_tokens": "Output tokens", "finish_reason": "Finish reason"}


@dataclass(frozen=True)
class Difference:
    """`inside`, `outside`: rows of the sample with this value. `certain`: how much the share differs at least, with the
    sign of the difference; 0 when it may be chance."""

    field: str
    value: str
    inside: int
    outside: int
    share_inside: float
    share_outside: float
    certain: float


@dataclass(frozen=True)
class Varying:
    """One field and its values, those that differ most first. `clear`: one of them differs by more than chance."""

    field: str
    label: str
    values: list[Difference]

    @property
    def clear(self) -> bool:
        return bool(self.values and self.values[0].certain)


@dataclass(frozen=True)
class Differences:
    """`inside`, `outside`: all rows of either side; `sample_…`: those looked at. `compared`: values of all fields."""

    quantity: Quantity
    region: Region
    inside: int
    outside: int
    sample_inside: int
    sample_outside: int
    compared: int
    fields: list[Varying]


def differences(question: SpreadQuestion, region: Region) -> Differences:
    """Raises InvalidInput with the wrong parameter: as distribution, and region_from, low."""
    quantity = find_quantity(question.quantity)
    wanted = wanted_of(question, quantity)
    if region.start_ns >= region.end_ns:
        raise InvalidInput("The region ends before it begins.", field="region_to")
    if not region.low < region.high:
        raise InvalidInput("The upper edge of the region must be above its lower edge.", field="high")
    store, project = client.current(), question.project_id

    def scan() -> tuple[list[Row], list[Row]]:
        chosen = queries.sample(store, project, facts.used_for(project, wanted), quantity, region)
        both = any(row["inside"] for row in chosen) and not all(row["inside"] for row in chosen)
        return chosen, queries.values(store, project, wanted, chosen) if both else []

    chosen, rows = shared((project, "differences", quantity.name, wanted_key(wanted), region), scan)
    sizes = {int(row["inside"]): int(row["of"]) for row in chosen}
    inside = sum(int(row["inside"]) for row in chosen)
    outside = len(chosen) - inside
    return Differences(
        quantity, region, sizes.get(1, 0), sizes.get(0, 0), inside, outside, len(rows), ranked(rows, inside, outside)
    )


def ranked(rows: list[Row], inside: int, outside: int) -> list[Varying]:
    """Fields by what is certain of their best value."""
    z = z_of(len(rows))
    fields: dict[str, list[Difference]] = {}
    for row in rows:
        field, value = _field(str(row["field"])), str(row["value"])
        hits, others = int(row["hits_inside"]), int(row["hits_outside"])
        certain = certain_difference(hits, inside, others, outside, z)
        fields.setdefault(field, []).append(
            Difference(field, value, hits, others, hits / inside, others / outside, certain)
        )
    for values in fields.values():
        values.sort(key=lambda one: (-abs(one.certain), -abs(one.share_inside - one.share_outside), one.value))
    found = [Varying(name, label_of(name), values) for name, values in fields.items()]
    return sorted(found, key=lambda one: (-abs(one.values[0].certain), one.label))


def _field(name: str) -> str:
    """attr.langfuse.trace.metadata.tenant is metadata.tenant, as a filter calls it."""
    key = key_of(name.removeprefix("attr.")) if name.startswith("attr.") else ""
    return f"metadata.{key}" if key else name


def label_of(field: str) -> str:
    if field in DIMENSION:
        return DIMENSION[field].label
    return LABELS.get(field, field.removeprefix("attr."))


def size_class(value: str) -> tuple[int, int]:
    """[low, high) of a class of token counts."""
    low = 4 ** int(value)
    return low, 4 * low
