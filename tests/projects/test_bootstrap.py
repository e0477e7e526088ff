"""The first start makes one of each, however often and by however many processes it is tried."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from backend.accounts.models import User
from backend.audit.models import AuditEvent
from backend.projects import services
from backend.projects.models import ApiKey, Membership, Organisation, Project


@pytest.mark.django_db
def test_it_makes_a_login_a_project_and_a_key() -> None:
    made = services.bootstrap()
    assert made is not None
    assert made.password
    assert made.secret
    assert User.objects.get(email=made.email).check_password(made.password)
    grant = services.resolve_key(made.secret)
    assert grant is not None
    assert grant.project_id == made.project.id
    assert Membership.objects.get().role == "owner"
    assert AuditEvent.objects.get().action == "installation.create"


@pytest.mark.django_db
def test_it_takes_what_is_given_and_does_not_repeat_it() -> None:
    made = services.bootstrap("Ann@Example.com", "a long password", "My Project", "sk-given-by-somebody")
    assert made is not None
    assert (made.email, made.password, made.secret) == ("ann@example.com", None, None)
    assert made.project.slug == "my-project"
    assert services.resolve_key("sk-given-by-somebody") is not None


@pytest.mark.django_db
def test_later_starts_change_nothing() -> None:
    assert services.bootstrap() is not None
    assert services.bootstrap("other@example.com", "another password", "Other", "sk-another-api-key") is None
    assert (User.objects.count(), ApiKey.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_make_one_of_each() -> None:
    def start(_number: int) -> object:
        try:
            return services.bootstrap()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = [result for result in pool.map(start, range(4)) if result is not None]
    assert len(made) == 1
    counts = [model.objects.count() for model in (User, Organisation, Project, Membership, ApiKey)]
    assert counts == [1, 1, 1, 1, 1]
