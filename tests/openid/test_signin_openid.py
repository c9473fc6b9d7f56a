"""Signing in at an OpenID provider that is not ours: `oauth2-mock-server` from npm, in a process of its own, over TLS.

`make test-openid` runs these tests.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.accounts.certificates import Files, private_authority
from tests.azure.helpers import CALLBACK
from vmssbuilder.azure import Cloud, SignIn, open_session
from vmssbuilder.azure.errors import SignInRefused
from vmssbuilder.azure.signin import NEW_TOKEN

HERE: Final = Path(__file__).resolve().parent
INSTALLED: Final = Path(__file__).resolve().parents[2] / "var" / "openid"
TENANT: Final = "0de1d000-0000-4000-8000-000000000001"
PERSON: Final = "0de1d000-0000-4000-8000-000000000002"
CLIENT: Final = "0de1d000-0000-4000-8000-000000000003"


def _install() -> None:
    """Exactly what the lock file says, once; test processes that come at the same time wait for each other."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HERE / "package-lock.json").read_bytes()
        done = INSTALLED / "installed.json"
        if not done.exists() or done.read_bytes() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, INSTALLED / name)
            words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            outcome = subprocess.run(
                words, cwd=INSTALLED, capture_output=True, text=True, timeout=300, check=False
            )
            assert outcome.returncode == 0, outcome.stderr
            done.write_bytes(wanted)
        shutil.copy(HERE / "provider.mjs", INSTALLED / "provider.mjs")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return private_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def provider(files: Files) -> Iterator[Cloud]:
    """The provider as a cloud of its own."""
    _install()
    words = ["node", "provider.mjs", str(files.key), str(files.certificate), TENANT, PERSON]
    with subprocess.Popen(
        words, cwd=INSTALLED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            yield Cloud("elsewhere", "Elsewhere", f"localhost:{port}", "management.example.invalid", "")
        finally:
            process.stdin.close()
            process.wait(10)


@pytest.fixture
def sign_in(provider: Cloud, files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files.authority))
    with open_session(provider) as session:
        yield SignIn(provider, TENANT, CLIENT, "a secret", session)


def back(flow: dict[str, Any], files: Files) -> dict[str, str]:
    """The query that the provider sends the browser back with; it asks nobody for a name."""
    answer = requests.get(flow["auth_uri"], verify=str(files.authority), allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def test_a_person_signs_in_and_is_kept(sign_in: SignIn, files: Files) -> None:
    flow = json.loads(json.dumps(sign_in.start(CALLBACK)))
    done = sign_in.finish(flow, back(flow, files))
    assert (done.identity.oid, done.identity.tid) == (PERSON, TENANT)
    assert (done.identity.name, done.identity.roles) == ("Olga Outside", ("Reviewer",))
    first = sign_in.token(done.cache, done.identity.home_account_id)
    second = sign_in.token(first.cache, done.identity.home_account_id, NEW_TOKEN)
    assert second.changed, "the provider took the refresh token"


def test_it_checks_pkce_as_we_do_state_and_nonce(sign_in: SignIn, files: Files) -> None:
    for spoiled in ({"code_verifier": "x" * 43}, {"nonce": "another"}, {"state": "another"}):
        flow = sign_in.start(CALLBACK)
        query = back(flow, files)
        with pytest.raises(SignInRefused):
            sign_in.finish({**flow, **spoiled}, query)


def test_a_genuine_token_for_somebody_else_is_refused(provider: Cloud, sign_in: SignIn, files: Files) -> None:
    """Signed by the right key, for the wrong application or from a tenant that is not let in."""
    flow = sign_in.start(CALLBACK)
    done = sign_in.finish(flow, back(flow, files))
    (entry,) = json.loads(done.cache)["IdToken"].values()
    with open_session(provider) as session:
        other = SignIn(provider, TENANT, "0de1d000-0000-4000-8000-00000000000f", "a secret", session)
        with pytest.raises(SignInRefused) as caught:
            other.validate(entry["secret"], nonce="x")
        assert caught.value.code == "wrong_audience"
        strict = SignIn(provider, TENANT, CLIENT, "a secret", session, allowed_tenants=[CLIENT])
        with pytest.raises(SignInRefused) as caught:
            strict.validate(entry["secret"], nonce="x")
        assert caught.value.code == "wrong_tenant"
