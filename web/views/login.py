"""Log in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from web import throttle
from web.forms import LoginForm


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        address = request.META.get("REMOTE_ADDR", "")
        wait_s = throttle.wait_seconds(email, address)
        if wait_s:
            form.add_error(None, f"Too many failed logins. Try again in {max(wait_s // 60, 1)} min.")
            status = 429
        elif user := auth.authenticate(request, email=email, password=password):
            throttle.forget(email, address)
            auth.login(request, user)
            return redirect(target)
        else:
            throttle.failed(email, address)
            form.add_error(None, "Email and password do not match.")
            status = 403
    return render(request, "account/login.html", {"form": form, "next": target}, status=status)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect(settings.LOGIN_URL)


def safe_next(request: HttpRequest) -> str:
    """Where to go after the login: only to a page of this site."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    secure = request.is_secure()
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=secure):
        return target
    return "/"
