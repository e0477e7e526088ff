"""The shapes of sessions and users as serializers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from backend.api import schemas


class Tokens(s.Serializer[Any]):
    input_tokens = s.IntegerField(allow_null=True, help_text="Counts cached input, too.")
    output_tokens = s.IntegerField(allow_null=True)
    total_tokens = s.IntegerField(allow_null=True)


class SumOfCosts(s.Serializer[Any]):
    total = s.FloatField(allow_null=True, help_text="null when no call has a price.")
    currency = s.CharField()
    complete = s.BooleanField(help_text="Whether every call has a price; else `total` is the sum of those that have.")


class Activity(s.Serializer[Any]):
    """What sessions and users have in common: the sums of their traces, no call counted twice."""

    first_activity = s.DateTimeField()
    last_activity = s.DateTimeField(help_text="When the last span began.")
    trace_count = s.IntegerField()
    failed_trace_count = s.IntegerField(help_text="Traces in which a span failed.")
    span_count = s.IntegerField()
    error_count = s.IntegerField(help_text="Spans that failed.")
    usage = Tokens()
    cost = SumOfCosts()
    models = s.ListField(child=s.CharField(), help_text="At most 10.")


class Session(Activity):
    session_id = s.CharField()
    duration_ms = s.FloatField(help_text="From the first span's beginning to the last one's end.")
    users = s.ListField(child=s.CharField(), help_text="At most 20.")
    input_preview = s.CharField(help_text="The beginning of the first input.")
    scores = schemas.ScoreAverage(many=True, help_text="Means of the numeric scores given to the session as a whole.")


class SessionList(s.Serializer[Any]):
    results = Session(many=True)
    next_cursor = s.CharField(allow_null=True)


class SessionWithTraces(Session):
    traces = schemas.TraceList()


class User(Activity):
    user_id = s.CharField()
    session_count = s.IntegerField()


class UserList(s.Serializer[Any]):
    results = User(many=True)
    next_cursor = s.CharField(allow_null=True)


class UserWithTraces(User):
    traces = schemas.TraceList()
