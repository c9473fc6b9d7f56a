"""A configuration that is wrong says so: at start in a sentence, and as a system check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from tests.accounts import entra as signing_in
from tests.accounts.starting import OURS
from vmssbuilder.accounts import checks, demo
from vmssbuilder.accounts.deployment import checks as looked_at
from vmssbuilder.accounts.models import User
from vmssbuilder.configuration import Environment
from vmssbuilder.sandbox.server import Running

ROOT: Final = Path(__file__).parents[2]
HUSH: Final = "hush-hush"
"""Stands in every place that no sentence may quote."""

GOOD: Final = {
    "DJANGO_SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
    "VMSSBUILDER_SECRET_KEYS": Fernet.generate_key().decode(),
    "VMSSBUILDER_ENV_FILE": os.devnull,
}
CLOUD: Final = GOOD | {
    "VMSSBUILDER_CLOUD": "public",
    "VMSSBUILDER_TENANT": "11111111-2222-3333-4444-555555555555",
    "VMSSBUILDER_CLIENT_ID": "66666666-7777-8888-9999-000000000000",
    "VMSSBUILDER_CLIENT_SECRET": HUSH,
    "VMSSBUILDER_LOCAL_ACCOUNTS": "false",
    "VMSSBUILDER_HTTPS": "true",
    "DJANGO_ALLOWED_HOSTS": "scale-sets.example.org",
}


@dataclass
class Case:
    """One environment. wrong: the id that is said, "" for none; words: what the sentence has."""

    wrong: str
    words: str
    given: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=lambda: GOOD)

    @property
    def environment(self) -> dict[str, str]:
        made = self.base | self.given
        return {name: value for name, value in made.items() if value != "-"}


ERRORS: Final = (
    Case("E001", "DJANGO_SECRET_KEY is not set", {"DJANGO_SECRET_KEY": "-"}),
    Case("E001", "shorter than 50", {"DJANGO_SECRET_KEY": HUSH}),
    Case("E002", "holds no key", {"VMSSBUILDER_SECRET_KEYS": "-"}),
    Case("E002", "is no Fernet key", {"VMSSBUILDER_SECRET_KEYS": HUSH}),
    Case(
        "E002",
        "Key 2 of",
        {"VMSSBUILDER_SECRET_KEYS": f"{Fernet.generate_key().decode()},{HUSH}"},
    ),
    Case("E003", "VMSSBUILDER_HTTPS is “ture”", {"VMSSBUILDER_HTTPS": "ture"}, CLOUD),
    Case("E004", "no address of a database", {"DATABASE_URL": f"postgres//me:{HUSH}@db/name"}, CLOUD),
    Case("E005", "“moon” is not a cloud", {"VMSSBUILDER_CLOUD": "moon"}),
    Case("E006", "the sandbox, and VMSSBUILDER_HTTPS is on", {"VMSSBUILDER_HTTPS": "true"}),
    Case("E006", "answers under www.example.org", {"DJANGO_ALLOWED_HOSTS": "localhost,www.example.org"}),
    Case("E007", "DJANGO_DEBUG is on", {"DJANGO_DEBUG": "true"}, CLOUD),
    Case("E009", "needs a client id", {"VMSSBUILDER_CLIENT_ID": ""}, CLOUD),
    Case("E009", "must be named, or “*” for any", {"VMSSBUILDER_TENANT": "-"}, CLOUD),
    Case("E009", "not both", {"VMSSBUILDER_CLIENT_CERTIFICATE": "/nowhere.pem"}, CLOUD),
)
WARNINGS: Final = (
    Case(
        "W001",
        "people of every tenant get in",
        {"VMSSBUILDER_TENANT": "organizations", "VMSSBUILDER_ALLOWED_TENANTS": "*"},
        CLOUD,
    ),
    Case("W005", "Did you mean VMSSBUILDER_TENANT?", {"VMSSBUILDER_TENNANT": HUSH}, CLOUD),
    Case("W006", "VMSSBUILDER_BIND is 0.0.0.0", {"VMSSBUILDER_BIND": "0.0.0.0"}),
    Case("W007", "DJANGO_ALLOWED_HOSTS is “*”", {"DJANGO_ALLOWED_HOSTS": "*"}, CLOUD),
)
RIGHT: Final = (
    Case("", "", {}),
    Case("", "", {}, CLOUD),
    Case("", "", {"DATABASE_URL": "postgres://me:p%40%2F%23@db:5432/name"}, CLOUD),
    Case("", "", {"VMSSBUILDER_CLIENT_SECRET": f"${HUSH}"}, CLOUD),
)


def started(environments: list[dict[str, str]]) -> list[tuple[int, str]]:
    ran = subprocess.run(
        # A clone without collected static files is warned of, which is none of this.
        [sys.executable, "-W", "ignore", "-m", "tests.accounts.starting"],
        cwd=ROOT,
        input=json.dumps(environments),
        capture_output=True,
        text=True,
        check=True,
    )
    return [(code, said) for code, said in json.loads(ran.stdout)]


def bare() -> dict[str, str]:
    """This process's environment without our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def test_the_product_starts_with_none_of_these_and_says_why_in_a_sentence(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text(f"VMSSBUILDER_CLIENT_SECRET={HUSH}\n")
    env.chmod(0o604)
    odd = tmp_path / "odd"
    odd.write_text(f"# fine\nVMSSBUILDER_CLIENT_SECRET = {HUSH}\n")
    odd.chmod(0o600)
    binary = tmp_path / "binary"
    binary.write_bytes(b"DJANGO_SECRET_KEY=\xff")
    binary.chmod(0o600)
    files = (
        Case("E008", "Every user of this machine can read", {"VMSSBUILDER_ENV_FILE": str(env)}),
        Case("E008", "Line 2 of", {"VMSSBUILDER_ENV_FILE": str(odd)}),
        Case("E008", "is no UTF-8 text", {"VMSSBUILDER_ENV_FILE": str(binary)}),
        Case("E008", "is not there", {"VMSSBUILDER_ENV_FILE": str(tmp_path / "nowhere")}),
    )
    cases = [*ERRORS, *files, *WARNINGS, *RIGHT]
    for case, (code, said) in zip(cases, started([each.environment for each in cases]), strict=True):
        lines = said.splitlines()
        serious = case.wrong.startswith("E")
        assert code == (1 if serious else 0), (case, said)
        assert len(lines) == (1 if case.wrong else 0), (case, said)
        assert HUSH not in said, case
        assert "Traceback" not in said
        if case.wrong:
            assert case.words in said, (case, said)
            assert f"(vmssbuilder.{case.wrong})" in said
            assert said.startswith("vmssbuilder does not start: ") is serious


def test_the_deployment_check_has_everything_with_its_id() -> None:
    """All at once, in a process of its own; the web server and the worker do not start with it either."""
    environment = bare() | {
        "DJANGO_DEBUG": "true",
        "DJANGO_SECRET_KEY": HUSH,
        "VMSSBUILDER_SECRET_KEYS": HUSH,
        "VMSSBUILDER_PRICES": "maybe",
        "DATABASE_URL": f"oracle://me:{HUSH}@db/name",
        "VMSSBUILDER_ENV_FILE": "/nowhere/env",
        "VMSSBUILDER_SANDBOX_URL": "http://www.example.org",
        "DJANGO_ALLOWED_HOSTS": "*",
        "VMSSBUILDER_ALOWED_TENANTS": "*",
    }

    def run(*words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        said = ran.stdout + ran.stderr
        assert HUSH not in said
        assert "Traceback" not in said
        return ran.returncode, said

    wanted = {f"vmssbuilder.E00{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)}
    code, said = run("manage.py", "check", "--deploy")
    assert code == 1
    assert {each for each in wanted | {"vmssbuilder.W005"} if each not in said} == set()
    code, said = run("manage.py", "worker")
    assert code == 1
    assert "vmssbuilder.E002" in said
    code, said = run("-m", "gunicorn", "vmssbuilder.wsgi", "--bind", "127.0.0.1:0")
    assert code == 1
    assert said.count("vmssbuilder does not start: ") == len(wanted)


def test_debugging_on_ones_own_machine_is_an_error_of_a_deployment_only(settings: Settings) -> None:
    settings.DEBUG = True
    assert "vmssbuilder.E007" not in {each.id for each in checks.problems()}
    assert [each.id for each in checks.deployed()] == ["vmssbuilder.E007"]


@pytest.mark.parametrize(
    ("hosts", "origins", "found"),
    [
        (["*"], [], "E006"),
        (["8.8.8.8"], [], "E006"),
        ([".example.org"], [], "E006"),
        (["[2001:4860:4860::8888]"], [], "E006"),
        (["localhost"], ["https://a.example.org"], "E006"),
        (["192.168.1.7"], [], "W006"),
        (["build-machine"], [], "W006"),
        (["shop.internal"], [], "W006"),
        (["localhost", "shop.localhost", "[::1]", "127.0.0.2"], ["http://localhost:8000"], ""),
    ],
)
def test_who_can_reach_the_sandbox(
    settings: Settings, hosts: list[str], origins: list[str], found: str
) -> None:
    settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS = hosts, origins
    assert [each.id for each in checks.problems()] == ([f"vmssbuilder.{found}"] if found else [])


@pytest.mark.parametrize(
    "address",
    [
        f"postgres//me:{HUSH}@db/name",
        f"postgres://me:{HUSH}#@db/name",
        f"postgres://me:{HUSH}/@db/name",
        f"postgres://me:1/{HUSH}@db/name",
        f"postgres://me:1?{HUSH}@db/name",
        f"postgres://me:{HUSH}@db:port/name",
        f"postgres://me:{HUSH}@db:99999/name",
        f"postgres://me:{HUSH}@db",
        f"postgres://me:{HUSH}@[db/name",
        f"mysql://me:{HUSH}@db/name",
        f"sqlite://{HUSH}/name",
        HUSH,
    ],
)
def test_what_is_no_address_of_a_database_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder, address: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    env = Environment(Path(os.devnull))
    opened = env.database("DATABASE_URL", {})
    assert [each.id for each in env.problems] == ["vmssbuilder.E004"]
    assert HUSH not in f"{env.problems} {opened} {[str(each.message) for each in recwarn]}"


@pytest.mark.parametrize(
    ("address", "name", "password"),
    [
        ("postgres://me:p%40%2F%23%3Fw@db:5432/name", "name", "p@/#?w"),
        ("postgresql://me:@/name?host=/run/postgresql", "name", ""),
        ("sqlite:////tmp/shop.sqlite3", "/tmp/shop.sqlite3", ""),  # noqa: S108 - nothing is written
        ("sqlite://:memory:", ":memory:", ""),
    ],
)
def test_addresses_of_databases_are_read(
    monkeypatch: pytest.MonkeyPatch, address: str, name: str, password: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    env = Environment(Path(os.devnull))
    found = env.database("DATABASE_URL", {})
    assert env.problems == []
    assert (found["NAME"], found.get("PASSWORD", "")) == (name, password)


def test_the_folder_of_the_database_is_made_or_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    own = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "var" / "own.sqlite3"}
    env = Environment(Path(os.devnull))
    assert env.database("DATABASE_URL", own) == own
    assert (tmp_path / "var").is_dir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/shop.sqlite3")
    assert env.database("DATABASE_URL", own)["NAME"] == ":memory:"
    assert [f"{tmp_path}/nowhere of the database is not there" in each.text for each in env.problems] == [
        True
    ]


@pytest.mark.parametrize("name", ["DJANGO_SECRET_KEY", "VMSSBUILDER_SECRET_KEYS"])
def test_blanks_are_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " , " if name.endswith("S") else " ")
    env = Environment(Path(os.devnull))
    assert (env.names(name) if name.endswith("S") else env.needed(name, "", "E001")) in ([], "")


@pytest.mark.parametrize(
    ("written", "number"), [("7", 7), ("", 5), ("0", None), ("11", None), ("seven", None), ("7.5", None)]
)
def test_numbers_have_limits(monkeypatch: pytest.MonkeyPatch, written: str, number: int | None) -> None:
    monkeypatch.setenv("VMSSBUILDER_NUMBER", written)
    env = Environment(Path(os.devnull))
    assert env.number("VMSSBUILDER_NUMBER", 5, least=1, most=10) == (number or 5)
    assert bool(env.problems) is (number is None)


# --- demo people ------------------------------------------------------------------------------------------------------


@pytest.fixture
def demo_people(db: None) -> None:
    call_command("demo_accounts", stdout=StringIO())


def local_sign_in(username: str, password: str = demo.PASSWORD) -> Client:
    browser = Client()
    browser.post("/sign-in/", {"username": username, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def test_demo_people_sign_in_with_the_sandbox(demo_people: None) -> None:
    assert is_in(local_sign_in("ada"))
    assert list(demo.problems()) == []


@pytest.mark.parametrize("cloud", ["public", "usgov", "china", "sandbox"])
def test_demo_people_are_nobody_in_a_database_that_left_the_sandbox(
    demo_people: None, settings: Settings, cloud: str
) -> None:
    already_in = local_sign_in("ada")
    ada = User.objects.get(username="ada")
    User.objects.create(username="real", object_id="1", tenant_id="11111111-2222-3333-4444-555555555555")
    settings.VMSSBUILDER_CLOUD = cloud
    settings.VMSSBUILDER_LOCAL_ACCOUNTS = True
    for name in ("ada", "rita", "rolf", "sam"):
        assert not is_in(local_sign_in(name))
    if cloud != "sandbox":
        assert not is_in(already_in)
    assert {each.text.split("”")[0] for each in demo.problems() if each.id.endswith("W003")} == {
        f"The account “{name}" for name in ("ada", "rita", "rolf", "sam")
    }
    assert [each.id for each in checks.people(databases=["default"])] == [each.id for each in demo.problems()]
    assert checks.people() == []
    # With a password of their own they are people like everybody else.
    ada.set_password("only-ada-knows-this")
    ada.save()
    assert is_in(local_sign_in("ada", "only-ada-knows-this"))
    assert "ada" not in {
        each.text.split("“")[1].split("”")[0] for each in demo.problems() if "“" in each.text
    }


def test_nobody_else_signs_in_with_the_public_password_either(settings: Settings, db: None) -> None:
    User.objects.create_user("olga", password=demo.PASSWORD)
    settings.VMSSBUILDER_CLOUD = "public"
    settings.VMSSBUILDER_LOCAL_ACCOUNTS = True
    assert not is_in(local_sign_in("olga"))


def test_people_of_the_sandboxes_directory_are_nobody_elsewhere(
    sandbox: Running, settings: Settings, db: None
) -> None:
    browser = signing_in.browser()
    signing_in.sign_in(browser, "ada")
    assert is_in(browser)
    settings.VMSSBUILDER_CLOUD = "public"
    assert not is_in(browser)


def test_the_sandbox_says_that_the_database_holds_real_people(db: None) -> None:
    User.objects.create(username="real", object_id="1", tenant_id="11111111-2222-3333-4444-555555555555")
    assert [each.id for each in demo.problems()] == ["vmssbuilder.W008"]
    assert "vmssbuilder.W008" in {each.title for each in looked_at()}
