"""Values of the filter bar as SQL: numbers and durations are read, texts compared, all of them bound parameters."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import LiteralString

from backend.store.filter_fields import Field
from backend.store.filter_syntax import Value, wrong

NUMBER = re.compile(r"([+-]?\d{1,18}(?:[._]\d{1,18})*)\s*([a-zµμ]*)", re.IGNORECASE)
NANOSECONDS: dict[str, int] = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "sec": 1_000_000_000,
    "m": 60_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "g": 1_000_000_000}
COMPARISONS: dict[str, LiteralString] = {">": " > ", ">=": " >= ", "<": " < ", "<=": " <= ", ":": " = ", "=": " = "}
DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
LARGEST = 2**63 - 1


class Bound:
    """What was bound so far: each value gets a name of its own, and only the name stands in the SQL."""

    def __init__(self) -> None:
        self.params: dict[str, object] = {}
        self._names: dict[tuple[str, str], LiteralString] = {}

    def bind(self, value: object, type_name: LiteralString) -> LiteralString:
        """The placeholder of a value; equal values share one, so that equal conditions are equal SQL."""
        known = (type_name, repr(value))
        if known not in self._names:
            self._names[known] = self._new(value, type_name)
        return self._names[known]

    def _new(self, value: object, type_name: LiteralString) -> LiteralString:
        number = "".join([DIGITS[int(digit)] for digit in str(len(self.params))])
        name: LiteralString = "f" + number
        self.params[name] = value
        return "{" + name + ":" + type_name + "}"

    def number(self, amount: Decimal) -> LiteralString:
        return self.bind(int(amount), "Int64") if amount == int(amount) else self.bind(float(amount), "Float64")

    def text(self, column: LiteralString, value: Value, *, fold: bool) -> LiteralString:
        """column = value, or LIKE when the value has wildcards; `fold` ignores case."""
        wild = is_wild(value)
        placeholder = self.bind(_like(value.text) if wild else value.text, "String")
        comparison: LiteralString = " LIKE " if wild else " = "
        if fold:
            return "lowerUTF8(" + column + ")" + comparison + "lowerUTF8(" + placeholder + ")"
        return column + comparison + placeholder


def joined(joint: LiteralString, conditions: list[LiteralString]) -> LiteralString:
    """Conditions in brackets, each once."""
    once: list[LiteralString] = list(dict.fromkeys(conditions))
    return once[0] if len(once) == 1 else "(" + joint.join(once) + ")"


def is_wild(value: Value) -> bool:
    return "*" in value.text and not value.quoted


def is_anything(value: Value) -> bool:
    return value.text == "*" and not value.quoted


def _like(text: str) -> str:
    """`gpt-4*` → `gpt-4%`; what LIKE would read as its own wildcards is escaped."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def _parts(found: Field, value: Value) -> tuple[Decimal, str]:
    read = NUMBER.fullmatch(value.text)
    digits = read[1].replace("_", "") if read else ""
    if read is None or digits.count(".") > 1:
        example = (
            "2s or 150ms" if found.kind == "duration" else "0.01" if found.name.endswith("cost") else "100 or 1.5k"
        )
        raise wrong(
            f'{found.name} is compared with a number such as {example}, not with "{value.text[:60]}".', value.position
        )
    return Decimal(digits), read[2].lower()


def amount(found: Field, value: Value) -> Decimal:
    if found.kind == "duration":
        return duration(found, value)
    number, unit = _parts(found, value)
    if unit not in MULTIPLES:
        raise wrong(f'"{unit[:20]}" is no unit here: write 1500, 1.5k or 2M.', value.position)
    return _fitting(number * MULTIPLES[unit], value)


def duration(found: Field, value: Value) -> Decimal:
    number, unit = _parts(found, value)
    if unit not in NANOSECONDS and number != 0:
        problem = f'"{unit[:20]}" is no unit of time' if unit else f"{found.name} needs a unit"
        raise wrong(f"{problem}: write 2s, 150ms or 1m.", value.position)
    return Decimal(int(_fitting(number * NANOSECONDS.get(unit, 1), value)))


def _fitting(number: Decimal, value: Value) -> Decimal:
    if abs(number) > LARGEST:
        raise wrong("This number is too large.", value.position)
    return number


def plain_number(value: Value) -> Decimal | None:
    """The number that a value is, when it is one without a unit."""
    read = NUMBER.fullmatch(value.text)
    if read is None or read[2] or read[1].replace("_", "").count(".") > 1:
        return None
    number = Decimal(read[1].replace("_", ""))
    return number if abs(number) <= LARGEST else None
