"""Keys changed under running processes, and in the wrong order: web and worker as real processes, over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, Final

import pytest
import requests
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from tests.browser.product import free_port
from tests.drafts.test_lost_keys import ADMIN, WORDS
from tests.forms import entries, form_of
from tests.reviews.making import approved, draft
from tests.submissions.test_worker import ROOT, database_url, wait_for
from vmssbuilder.accounts import tokens
from vmssbuilder.accounts.models import KeyHolder, TokenCache, User
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.encryption import is_newest, key_ids
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths
from vmssbuilder.submissions import actions
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., "subprocess.Popen[bytes]"]
COMMANDS: Final = {
    "web": ["-m", "gunicorn", "vmssbuilder.wsgi"],
    "worker": ["manage.py", "worker", "--interval", "0.05"],
}


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(sandbox: Running, port: int) -> Iterator[Start]:
    """Starts "web" or "worker" with some keys, and waits until it said which ones; those alive in the end are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(kind: str, *keys: str) -> subprocess.Popen[bytes]:
        before = set(KeyHolder.objects.values_list("name", flat=True))
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.submissions.own_settings",
            "DATABASE_URL": database_url(),
            "VMSSBUILDER_TEST_DATABASE": "",
            "VMSSBUILDER_SANDBOX_URL": sandbox.url,
            "VMSSBUILDER_SECRET_KEYS": ",".join(keys),
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
        }
        started.append(subprocess.Popen([sys.executable, *COMMANDS[kind]], cwd=ROOT, env=environment))
        wait_for(lambda: KeyHolder.objects.exclude(name__in=before).filter(kind=kind).exists())
        return started[-1]

    yield begin
    for process in started:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def rotate() -> str:
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    return said.getvalue()


def test_keys_change_under_running_processes_and_nothing_is_lost(
    rita: User, rolf: User, as_rita: Client, sandbox: Running, start: Start, port: int, settings: Settings
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    caches = {row.user: row.open() for row in TokenCache.objects.select_related("user")}
    settings.VMSSBUILDER_SECRET_KEYS = [old]
    for person, cache in caches.items():
        tokens.keep(person, cache)
    for person in (rita, rolf):
        person.close_seal()
        person.save()
    wanted = draft(rita)
    web, worker = start("web", old), start("worker", old)

    # Whoever rotates before everybody has the new key is refused.
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    with pytest.raises(CommandError, match=r"web process .* without the key"):
        rotate()

    # The wrong order: the web process gets the new key first at once, while the worker has the old one alone.
    end(web)
    web = start("web", new, old)
    browser = requests.Session()
    for cookie in as_rita.cookies.values():
        browser.cookies.set(cookie.key, cookie.value)
    address = f"http://127.0.0.1:{port}/drafts/{wanted.code}/image/"
    page = browser.get(address, timeout=30)
    assert page.status_code == 200
    data: dict[str, Any] = {}
    for name, value in entries(form_of(page.text)):
        data.setdefault(name, []).append(value)
    data[paths.text(ADMIN)] = ["Another-Canary-9"]
    saved = browser.post(address, data, timeout=30, headers={"Referer": address}, allow_redirects=False)
    assert saved.status_code == 302
    wanted = Draft.objects.get(pk=wanted.pk)
    secret = Secret.objects.latest("pk")
    assert is_newest(secret.ciphertext)
    approved(rita, rolf, wanted)
    submission = actions.submit(rita, wanted)
    told = wait_for(lambda: Submission.objects.get(pk=submission.pk).error)
    assert "was started before a key was added" in told["sentence"]
    assert Submission.objects.get(pk=submission.pk).state == "queued"
    with pytest.raises(CommandError, match=r"worker process .* without the key"):
        rotate()

    # Restarted, it goes on where it waited.
    end(worker)
    worker = start("worker", new, old)
    actions.check_now(rita, submission)
    wait_for(lambda: Submission.objects.get(pk=submission.pk).state == "succeeded")
    assert [each["method"] for each in sandbox.requests() if each["method"] == "PUT"] == ["PUT"]
    assert "0 unreadable" in rotate()
    for held in (*TokenCache.objects.all(), *Secret.objects.all()):
        assert is_newest(held.ciphertext), key_ids()

    # A web process with another key calls nothing lost while the worker has it, and stays there when nobody has.
    left = draft(rita)
    end(web)
    start("web", Fernet.generate_key().decode())
    address = f"http://127.0.0.1:{port}/drafts/{left.code}/image/"
    assert "Nothing is lost" in browser.get(address, timeout=30).text
    end(worker)
    answer = browser.get(address, timeout=30)
    assert answer.status_code == 200
    assert WORDS in answer.text
