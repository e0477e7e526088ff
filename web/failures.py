"""Domain errors as pages: what went wrong, in words, with what one can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.core import errors


@dataclass(frozen=True)
class Advice:
    title: str
    help: str
    icon: str = "circle-alert"


ADVICE: dict[type[errors.SpanhouseError], Advice] = {
    errors.StoreUnavailable: Advice(
        "ClickHouse does not answer",
        "Spans are still being taken and wait on disk until it is back; nothing is lost.",
        "unplug",
    ),
    errors.QueryTimeout: Advice("This took too long", "A shorter time range or a narrower filter reads less.", "clock"),
    errors.QueryTooLarge: Advice("This is too much at once", "A shorter time range or a narrower filter reads less."),
    errors.OutOfMemory: Advice("ClickHouse ran out of memory", "A shorter time range or a narrower filter needs less."),
    errors.StoreRefused: Advice("ClickHouse refused the query", "This is a mistake of Spanhouse. Its log says more."),
    errors.InvalidInput: Advice("This address is not right", "Part of it cannot be read."),
    errors.Forbidden: Advice("Not allowed", "Your role in this project does not include this page.", "lock"),
    errors.NotFound: Advice("Not found", "There is nothing at this address, or it is not yours to see.", "search"),
}


def failure(request: HttpRequest, error: errors.SpanhouseError) -> HttpResponse:
    """A page with the error's status; for htmx one plain sentence, which app.js shows as a toast."""
    advice = next((ADVICE[kind] for kind in type(error).__mro__ if kind in ADVICE), Advice("Something went wrong", ""))
    if request.headers.get("HX-Request"):
        sentence = advice.title if isinstance(error, errors.NotFound) else f"{advice.title}: {error.message}"
        return HttpResponse(sentence, status=error.status, content_type="text/plain; charset=utf-8")
    template = "404.html" if isinstance(error, errors.NotFound) else "errors/failure.html"
    context = {"advice": advice, "error": error, "status": error.status}
    return render(request, template, context, status=error.status)
