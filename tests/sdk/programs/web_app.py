"""A WSGI application that is loaded before its workers are forked (`gunicorn --preload`)."""

from __future__ import annotations

from scenes import make


def app(environ, start_response):
    make(2)
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"made"]


make(1)  # in the parent, and still in its memory when the workers are forked
