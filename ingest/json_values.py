"""The single values of OTLP's JSON form, checked and converted to what protobuf takes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeGuard

import orjson
from google.protobuf.descriptor import FieldDescriptor

Converter = Callable[[Any], Any]

_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_SHOWN = 60
_URL_SAFE = str.maketrans("-_", "+/")


class WrongType(Exception):
    """A value that its field cannot take; the path to it grows from the inside out."""

    def __init__(self, value: object, wanted: str) -> None:
        super().__init__()
        self.said = f"{show(value)} is not {wanted}"
        self._path: list[str] = []

    def inside(self, step: str) -> None:
        """`step` is `.name` or `[3]`."""
        self._path.append(step)

    def __str__(self) -> str:
        path = "".join(reversed(self._path)).lstrip(".")
        return f"{path}: {self.said}" if path else f"The body: {self.said}"


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return type(value) is dict


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return type(value) is list


def show(value: object) -> str:
    """A value in an error message: as JSON, short."""
    if is_object(value):
        return "an object"
    if is_list(value):
        return "a list"
    text = orjson.dumps(value[:_SHOWN] if isinstance(value, str) else value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: Any) -> str:
    if type(value) is not str:
        raise WrongType(value, "a string")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise WrongType(value, "true or false")
    return value


def whole(value: Any) -> int | None:
    """An integer given as a number or as its text (1e3 and 5.0 are integers in JSON's eyes); None when it is none."""
    if type(value) is int:
        return value
    if type(value) is float:
        return int(value) if value.is_integer() else None
    if type(value) is not str or len(value) > 40:
        return None
    if value.isascii() and value.isdecimal():
        return int(value)
    if not _NUMBER.fullmatch(value):
        return None
    number = Decimal(value)
    return int(number) if number.adjusted() < 40 and number == number.to_integral_value() else None


def _integer(bits: int, *, signed: bool) -> Converter:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    wanted = f"a {bits}-bit integer" if signed else f"an unsigned {bits}-bit integer"
    if not signed and bits == 64:
        wanted = "a 64-bit integer of 0 or more"

    def convert(value: Any) -> int:
        number = whole(value)
        if number is None or not low <= number <= high:
            raise WrongType(value, wanted)
        return number

    return convert


def _double(value: Any) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    if type(value) is str:
        special = _SPECIAL.get(value)
        if special is not None:
            return special
        if _NUMBER.fullmatch(value):
            return float(value)
    raise WrongType(value, "a number")


def _base64(value: Any) -> bytes:
    """Both alphabets, with or without padding, as protobuf's JSON form allows."""
    text = _text(value).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise WrongType(value, "base64") from None


def hex_id(value: Any) -> bytes:
    """OTLP's ids. The length is checked with the ids of protobuf bodies, in `ingest.otlp`."""
    try:
        raw = bytes.fromhex(_text(value))
    except ValueError:
        raise WrongType(value, "hexadecimal") from None
    if len(raw) * 2 != len(value):  # fromhex allows spaces
        raise WrongType(value, "hexadecimal")
    return raw


_INT32 = _integer(32, signed=True)


def enum_number(names: Mapping[str, Any], enum: str) -> Converter:
    """Enums are numbers in OTLP's JSON; names are taken too. Numbers without a name pass, as in protobuf."""

    def convert(value: Any) -> int:
        if type(value) is str and value in names:
            return names[value].number
        try:
            return _INT32(value)
        except WrongType:
            raise WrongType(value, f"a {enum}") from None

    return convert


CONVERTERS: Mapping[int, Converter] = {
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BOOL: _truth,
    FieldDescriptor.TYPE_BYTES: _base64,
    FieldDescriptor.TYPE_DOUBLE: _double,
    FieldDescriptor.TYPE_FLOAT: _double,
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_UINT32: _integer(32, signed=False),
    FieldDescriptor.TYPE_FIXED32: _integer(32, signed=False),
    FieldDescriptor.TYPE_INT64: _integer(64, signed=True),
    FieldDescriptor.TYPE_SINT64: _integer(64, signed=True),
    FieldDescriptor.TYPE_SFIXED64: _integer(64, signed=True),
    FieldDescriptor.TYPE_UINT64: _integer(64, signed=False),
    FieldDescriptor.TYPE_FIXED64: _integer(64, signed=False),
}
