from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import KeyHolder, Role, TokenCache, User
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.encryption import CannotDecrypt

pytestmark = pytest.mark.django_db


def run(name: str, **options: str) -> str:
    said = StringIO()
    call_command(name, stdout=said, **options)
    return said.getvalue()


def test_demo_accounts_are_made_once() -> None:
    said = run("demo_accounts")
    assert {user.username: user.role for user in User.objects.all()} == {
        "rita": Role.REQUESTER,
        "rolf": Role.REVIEWER,
        "sam": Role.REQUESTER,
        "ada": Role.ADMINISTRATOR,
    }
    ada = User.objects.get(username="ada")
    assert (str(ada), ada.is_superuser) == ("Ada Administrator", True)
    assert ada.check_password("sandbox-demo-pass")
    assert all(word in said for word in ("sandbox-demo-pass", "rita", "Rolf Reviewer"))
    ada.set_password("my own")
    ada.save()
    assert run("demo_accounts", password="another") != ""
    assert User.objects.get(username="ada").check_password("my own")
    assert User.objects.count() == 4


def test_demo_accounts_are_refused_outside_the_sandbox(settings: Settings) -> None:
    settings.VMSSBUILDER_CLOUD = "public"
    with pytest.raises(CommandError):
        run("demo_accounts")
    assert not User.objects.exists()


@pytest.fixture
def stored(requester: User) -> None:
    draft = Draft.objects.create(owner=requester)
    for row, plain in ((TokenCache(user=requester), "cache"), (Secret(draft=draft), "canary")):
        row.close(plain)
        row.save()


def test_after_rotation_the_new_key_alone_opens_everything(stored: None, settings: Settings) -> None:
    new, old = Fernet.generate_key().decode(), settings.VMSSBUILDER_SECRET_KEYS
    settings.VMSSBUILDER_SECRET_KEYS = [new, *old]
    said = run("rotate_keys")
    assert said.count("1 encrypted anew, 0 were already, 0 unreadable") == 2
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    assert TokenCache.objects.get().open() == "cache"
    assert Secret.objects.get().open() == "canary"
    settings.VMSSBUILDER_SECRET_KEYS = old
    with pytest.raises(CannotDecrypt):
        Secret.objects.get().open()


def test_what_an_earlier_version_wrote_opens_and_is_bound_by_rotation(
    stored: None, settings: Settings
) -> None:
    held = Secret.objects.get()
    Secret.objects.update(ciphertext=Fernet(settings.VMSSBUILDER_SECRET_KEYS[0]).encrypt(b"older"))
    assert Secret.objects.get().open() == "older"
    copied = Secret.objects.create(draft=held.draft, ciphertext=Secret.objects.get().ciphertext)
    assert copied.open() == "older"
    copied.delete()
    assert "secrets: 1 encrypted anew, 0 were already" in run("rotate_keys")
    assert "secrets: 0 encrypted anew, 1 were already" in run("rotate_keys")
    copied = Secret.objects.create(draft=held.draft, ciphertext=Secret.objects.get().ciphertext)
    with pytest.raises(CannotDecrypt):
        copied.open()


@pytest.mark.parametrize(
    ("keys_of_the_other", "words"),
    [(["old"], "without the key"), (["old", "new"], "behind another one"), (["new", "old"], "")],
)
def test_nothing_is_rotated_while_a_process_would_not_follow(
    stored: None, settings: Settings, keys_of_the_other: list[str], words: str
) -> None:
    keys = {"old": settings.VMSSBUILDER_SECRET_KEYS[0], "new": Fernet.generate_key().decode()}
    settings.VMSSBUILDER_SECRET_KEYS = [keys[each] for each in keys_of_the_other]
    keyholders.beat("web", "another")
    settings.VMSSBUILDER_SECRET_KEYS = [keys["new"], keys["old"]]
    before = bytes(Secret.objects.get().ciphertext)
    if not words:
        assert "secrets: 1 encrypted anew" in run("rotate_keys")
        return
    with pytest.raises(CommandError, match=f"Nothing was changed: web process .* {words}"):
        run("rotate_keys")
    assert bytes(Secret.objects.get().ciphertext) == before
    # Who is silent for long is gone, and in nobody's way.
    KeyHolder.objects.update(seen=timezone.now() - keyholders.ALIVE - timedelta(seconds=1))
    assert "secrets: 1 encrypted anew" in run("rotate_keys")
    keyholders.beat("web", "a third")
    assert [each.name for each in KeyHolder.objects.all()] == ["a third"]


def test_without_a_usable_key_nothing_is_rotated(stored: None, settings: Settings) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = ["not a key"]
    with pytest.raises(CommandError, match="is no Fernet key"):
        run("rotate_keys")


def test_what_no_key_opens_is_counted_and_left_alone(stored: None) -> None:
    Secret.objects.update(ciphertext=b"nonsense")
    with pytest.raises(CommandError, match="1 could not be read"):
        run("rotate_keys")
    assert bytes(Secret.objects.get().ciphertext) == b"nonsense"


def test_createsuperuser_makes_an_administrator() -> None:
    call_command("createsuperuser", username="root", email="", interactive=False, verbosity=0)
    root = User.objects.get()
    assert (root.role, root.is_staff, root.is_superuser) == (Role.ADMINISTRATOR, True, True)


def test_taking_the_role_away_takes_the_admin_pages_away(administrator: User) -> None:
    administrator.role = Role.REVIEWER
    administrator.save(update_fields=["role"])
    administrator.refresh_from_db()
    assert not administrator.is_staff
    assert not administrator.is_superuser
