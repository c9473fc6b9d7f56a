"""The probes: what they know, and that nothing stands before them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from vmssbuilder import clock
from vmssbuilder.workers import heartbeats
from vmssbuilder.workers.models import Worker


@pytest.mark.parametrize("probe", ["/healthz", "/readyz"])
def test_a_probe_by_address_and_without_https_is_answered(
    client: Client, settings: Settings, db: None, probe: str
) -> None:
    settings.ALLOWED_HOSTS = ["scale-sets.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    heartbeats.beat("one")
    assert client.get("/sign-in/", headers={"Host": "scale-sets.example.org"}).status_code == 301
    for host in ("10.0.0.7:8000", "[::1]", "no host name"):
        response = client.get(probe, headers={"Host": host})
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert response["Cache-Control"] == "no-store"
    assert client.post(probe).status_code == 405


def test_only_the_probes_themselves_go_past_the_look_at_host_names(client: Client, db: None) -> None:
    for path in ("/healthz/", "/readyz/..", "/sign-in/", "/"):
        assert client.get(path, headers={"Host": "10.0.0.7"}).status_code == 400


def test_health_needs_no_database(client: Client, no_database: None) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_not_ready_without_a_database(client: Client, no_database: None) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")


@pytest.mark.django_db
def test_not_ready_before_the_database_has_its_shape(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert b"manage.py migrate" in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [[], ["too-short"]])
def test_not_ready_without_keys_that_work(client: Client, settings: Settings, keys: list[str]) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = keys
    response = client.get("/readyz")
    assert response.status_code == 503
    assert b"VMSSBUILDER_SECRET_KEYS" in response.content
    assert b"too-short" not in response.content


@pytest.mark.django_db
def test_a_missing_worker_is_said_and_takes_no_web_process_away(client: Client) -> None:
    missing = b"No worker has been alive for 30 seconds"
    heartbeats.beat("one")
    assert missing not in client.get("/readyz").content
    assert client.get("/readyz?worker").status_code == 200
    Worker.objects.update(seen=clock.now() - timedelta(seconds=31))
    response = client.get("/readyz")
    assert response.status_code == 200
    assert missing in response.content
    response = client.get("/readyz?worker")
    assert response.status_code == 503
    assert missing in response.content
