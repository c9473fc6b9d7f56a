from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from vmssbuilder.accounts.models import Role, TokenCache, User
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.encryption import CannotDecrypt, decrypt, encrypt

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
    TokenCache.objects.create(user=requester, ciphertext=encrypt("cache"))
    Secret.objects.create(draft=draft, ciphertext=encrypt("canary"))


def test_after_rotation_the_new_key_alone_opens_everything(stored: None, settings: Settings) -> None:
    new, old = Fernet.generate_key().decode(), settings.VMSSBUILDER_SECRET_KEYS
    settings.VMSSBUILDER_SECRET_KEYS = [new, *old]
    said = run("rotate_keys")
    assert said.count("1 encrypted anew, 0 unreadable") == 2
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    assert decrypt(TokenCache.objects.get().ciphertext) == "cache"
    assert decrypt(Secret.objects.get().ciphertext) == "canary"
    settings.VMSSBUILDER_SECRET_KEYS = old
    with pytest.raises(CannotDecrypt):
        decrypt(Secret.objects.get().ciphertext)


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
