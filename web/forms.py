"""Forms: what may be typed, and what is said when it may not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms

from backend.core.limits import MAX_DOLLARS_PER_MILLION, MAX_MODEL_CHARS

SCOPES = (
    ("ingest", "ingest", "send spans"),
    ("read", "read", "read traces and scores through the API"),
    ("write", "write", "write scores and prices through the API"),
)
LIFETIMES = (("1h", "1 hour"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"))


class LoginForm(forms.Form):
    email = forms.EmailField(max_length=254)
    password = forms.CharField(max_length=4096, strip=False)


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=100, error_messages={"required": "Give the key a name, so that it can be told apart."}
    )
    scopes = forms.MultipleChoiceField(
        choices=[(value, label) for value, label, _ in SCOPES],
        error_messages={"required": "Choose at least one scope: a key without any can do nothing."},
    )


class ShareForm(forms.Form):
    lifetime = forms.ChoiceField(choices=LIFETIMES, error_messages={"required": "Choose how long the link lives."})
    with_content = forms.BooleanField(required=False)


def _dollars(*, required: bool = False) -> forms.FloatField:
    messages = {"required": "Give a price; 0 is one.", "invalid": "A price is a number such as 2.50."}
    return forms.FloatField(required=required, min_value=0, max_value=MAX_DOLLARS_PER_MILLION, error_messages=messages)


class PriceForm(forms.Form):
    """Dollars per million tokens; `request` in dollars per request."""

    provider = forms.CharField(required=False, max_length=MAX_MODEL_CHARS)
    model = forms.CharField(max_length=MAX_MODEL_CHARS, error_messages={"required": "Name the model as spans name it."})
    input = _dollars(required=True)
    output = _dollars(required=True)
    cache_read = _dollars()
    cache_write = _dollars()
    audio_input = _dollars()
    audio_output = _dollars()
    reasoning = _dollars()
    request = _dollars()
    effective_from = forms.DateField(required=False, error_messages={"invalid": "A date such as 2026-05-01."})

    def numbers(self) -> dict[str, Any]:
        """The fields of overrides.NewPrice. A date begins at midnight UTC."""
        found = dict(self.cleaned_data)
        day: date | None = found["effective_from"]
        found["effective_from"] = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        return found | {"request": found["request"] or 0.0}
