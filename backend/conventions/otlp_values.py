"""OTLP values, as ClickHouse decoded them, turned into text in SQL."""

from __future__ import annotations


def scalar_text(v: str) -> str:
    return (
        f"multiIf({v}.value = 'string_value', {v}.string_value, {v}.value = 'int_value', toString({v}.int_value),"
        f" {v}.value = 'double_value', toString({v}.double_value), {v}.value = 'bool_value', toString({v}.bool_value),"
        f" {v}.value = 'bytes_value', base64Encode({v}.bytes_value), '')"
    )


def scalar_json(v: str) -> str:
    return (
        f"multiIf({v}.value = 'string_value', toJSONString({v}.string_value),"
        f" {v}.value = 'int_value', toString({v}.int_value),"
        f" {v}.value = 'double_value', if(isFinite({v}.double_value), toString({v}.double_value), 'null'),"
        f" {v}.value = 'bool_value', toString({v}.bool_value),"
        f" {v}.value = 'bytes_value', toJSONString(base64Encode({v}.bytes_value)), 'null')"
    )


def value_text(v: str) -> str:
    items = f"arrayMap(y -> {scalar_json('y')}, {v}.array_value.values)"
    return f"if({v}.value = 'array_value', concat('[', arrayStringConcat({items}, ','), ']'), {scalar_text(v)})"


def value_map(attributes: str) -> str:
    return f"mapFromArrays({attributes}.key, arrayMap(x -> {value_text('x')}, {attributes}.value))"


def nanoseconds(ns: str) -> str:
    return f"fromUnixTimestamp64Nano(toInt64({ns}), 'UTC')"
