"""Forms: what may be typed, and what is said when it may not."""

from __future__ import annotations

from django import forms

SCOPES = (
    ("ingest", "ingest", "send spans"),
    ("read", "read", "read traces and scores through the API"),
    ("write", "write", "write scores through the API"),
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
