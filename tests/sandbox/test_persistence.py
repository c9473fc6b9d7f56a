"""The sandbox's Azure over a restart: all of it is there again, and no secret stands in the file."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.azure.helpers import PASSWORD, document
from tests.sandbox.conftest import access_token
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.entra import Grant, _digest
from vmssbuilder.sandbox.persistence import StateFile
from vmssbuilder.sandbox.server import Running, running

ROOT = Path(__file__).resolve().parents[2]
GROUP = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop"
WEB = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/web"
VERSION = {"api-version": "2024-07-01"}


def ask(url: str, method: str, path: str, body: Any = None, token: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {token or access_token()}"}
    return requests.request(method, url + path, params=VERSION, json=body, headers=headers, timeout=10)


def settled(url: str, path: str) -> dict[str, Any]:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found: dict[str, Any] = ask(url, "GET", path).json()
        if found["properties"]["provisioningState"] not in ("Creating", "Updating"):
            return found
        time.sleep(0.02)
    raise AssertionError("it is under way for ever")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.json"


def put(sandbox: Running) -> dict[str, Any]:
    sandbox.provide(document())
    wanted = document()
    answer = ask(sandbox.url, "PUT", WEB, wanted)
    assert answer.status_code == 201, answer.text
    return settled(sandbox.url, WEB)


def test_a_scale_set_is_there_again_and_goes_on_without_its_secrets(file: Path) -> None:
    with running(delay=0.02, keep=file) as first:
        made = put(first)
        ask(first.url, "PUT", f"{GROUP}-new", {"location": "westeurope"})
        before = settled(first.url, WEB)
    text = file.read_text()
    assert PASSWORD in json.dumps(document())
    assert PASSWORD not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    with running(delay=0.02, keep=file) as second:
        assert settled(second.url, WEB) == before
        assert before["properties"]["uniqueId"] == made["properties"]["uniqueId"]
        assert ask(second.url, "GET", f"{GROUP}-new").json()["location"] == "westeurope"
        changed = ask(second.url, "PATCH", WEB, {"sku": {"capacity": 5}})
        assert changed.status_code == 200, changed.text
        assert settled(second.url, WEB)["sku"]["capacity"] == 5
        assert ask(second.url, "DELETE", WEB).status_code == 202
        time.sleep(0.05)
        assert ask(second.url, "GET", WEB).status_code == 404
    with running(delay=0.02, keep=file) as third:
        assert ask(third.url, "GET", WEB).status_code == 404, "what was deleted stays so"


def test_nobody_sees_what_is_not_kept_yet(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[Any] = []
    save = StateFile.save

    def slowly(keeper: StateFile) -> None:
        looking = threading.Thread(target=lambda: order.append(ask(sandbox.url, "GET", WEB).status_code))
        looking.start()
        # Killed at this moment, the sandbox would have forgotten what somebody was told.
        looking.join(0.2)
        save(keeper)
        order.append("kept")

    with running(delay=0.02, keep=file) as sandbox:
        sandbox.provide(document())
        monkeypatch.setattr(StateFile, "save", slowly)
        assert ask(sandbox.url, "PUT", WEB, document()).status_code == 201
        end = time.monotonic() + 10
        while len(order) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    assert order == ["kept", 200]


def test_an_operation_goes_on_and_ends(file: Path) -> None:
    with running(delay=1.0, keep=file) as first:
        first.provide(document())
        begun = ask(first.url, "PUT", WEB, document())
        place = begun.headers["Azure-AsyncOperation"].removeprefix(first.url).partition("?")[0]
        assert ask(first.url, "GET", place).json()["status"] == "InProgress"
    with running(delay=1.0, keep=file) as second:
        assert ask(second.url, "GET", WEB).json()["properties"]["provisioningState"] == "Creating"
        assert settled(second.url, WEB)["properties"]["provisioningState"] == "Succeeded"
        assert ask(second.url, "GET", place).json()["status"] == "Succeeded"


def test_sign_ins_can_still_be_renewed_and_their_tokens_stand_nowhere(file: Path) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "canary-refresh"}
    form |= {
        "client_id": world.CLOUD.default_client_id,
        "client_secret": world.CLOUD.default_client_secret,
        "scope": f"{world.CLOUD.arm_url}/.default openid offline_access",
    }
    where = f"/{world.TENANT}/oauth2/v2.0/token"
    with running(keep=file) as first:
        grant = Grant("rita", form["client_id"], "openid offline_access", time.monotonic())
        first.sandbox.entra._refresh[_digest("canary-refresh")] = grant
        answer = requests.post(first.url + where, data=form, timeout=10)
        assert answer.status_code == 200, answer.text
    text = file.read_text()
    assert "canary-refresh" not in text
    assert answer.json()["refresh_token"] not in text
    with running(keep=file) as second:
        for token in ("canary-refresh", answer.json()["refresh_token"]):
            again = requests.post(second.url + where, data=form | {"refresh_token": token}, timeout=10)
            assert again.status_code == 200, again.text
        digest = next(iter(json.loads(text)["grants"]))
        assert (
            requests.post(second.url + where, data=form | {"refresh_token": digest}, timeout=10).status_code
            == 400
        )


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 99}', '{"format": 1, "groups": [1]}'])
def test_a_file_that_makes_no_sense_is_put_aside_and_said(
    file: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    with running(keep=file) as sandbox:
        assert ask(sandbox.url, "GET", WEB).status_code == 404
        assert ask(sandbox.url, "GET", GROUP).status_code == 200
    assert "could not be understood" in capsys.readouterr().out
    assert file.with_name("sandbox.json.unreadable").read_text() == text


def test_what_was_accepted_survives_a_process_that_is_killed(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "vmssbuilder.sandbox",
        "--port",
        str(port),
        "--delay",
        "0.1",
        "--keep",
        str(file),
    ]

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                requests.get(f"{url}/_sandbox/health", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.05)
            else:
                return process
        raise AssertionError("the sandbox does not start")

    def token() -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": world.CLOUD.default_client_id,
            "client_secret": world.CLOUD.default_client_secret,
            "scope": f"{world.CLOUD.arm_url}/.default",
        }
        answer = requests.post(f"{url}/{world.TENANT}/oauth2/v2.0/token", data=form, timeout=10)
        return str(answer.json()["access_token"])

    process = start()
    try:
        requests.post(f"{url}/_sandbox/stock", json={"named": document()}, timeout=10)
        assert ask(url, "PUT", WEB, document(), token()).status_code == 201
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start()
        assert ask(url, "GET", WEB, token=token()).json()["name"] == "web"
        assert PASSWORD not in file.read_text()
    finally:
        process.kill()
        process.wait()
