"""Pages about oneself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from web.access import UserRequest, account_view


@sensitive_post_parameters()
@account_view
def change_password(request: UserRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)  # other sessions end, this one goes on
        messages.success(request, "Your password is changed. Other sessions are logged out.")
        return redirect("password")
    status = 400 if request.method == "POST" else 200
    return render(request, "account/password.html", {"form": form}, status=status)
