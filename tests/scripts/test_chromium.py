"""Finding a browser for the tests: only one that really starts will do."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The script, on a machine without any browser and without the right to install one."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    chromium = import_module("chromium")

    monkeypatch.delenv("VMSSBUILDER_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "USUAL", ())
    monkeypatch.setattr(chromium, "playwrights_own", lambda: str(tmp_path / "downloaded"))
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    return chromium


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def browser(path: Path) -> str:
    return program(path, 'echo "<html><p>it starts</p></html>"')


def test_a_browser_that_shows_a_page_is_taken(
    chromium: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = browser(tmp_path / "chromium-browser")
    assert chromium.main() == 0
    assert capsys.readouterr().out == f"{path}\n"


def test_a_stub_is_passed_over(chromium: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(tmp_path / "chromium", "echo 'Command requires the chromium snap to be installed.' >&2; exit 1")
    program(tmp_path / "chromium-browser", "exit 0")
    path = browser(tmp_path / "google-chrome")
    assert chromium.main() == 0
    assert capsys.readouterr().out == f"{path}\n"


def test_a_named_browser_is_used_or_complained_about(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser(tmp_path / "chromium")
    named = browser(tmp_path / "mine")
    monkeypatch.setenv("VMSSBUILDER_CHROMIUM", named)
    assert chromium.main() == 0
    assert capsys.readouterr().out == f"{named}\n"
    monkeypatch.setenv("VMSSBUILDER_CHROMIUM", str(tmp_path / "nothing"))
    assert chromium.main() == 1
    assert "does not start" in capsys.readouterr().err


@pytest.mark.parametrize(("package", "tries"), [("chromium-headless-shell", 1), ("chromium", 2)])
def test_root_installs_the_first_package_there_is(
    chromium: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    package: str,
    tries: int,
) -> None:
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    browser(tmp_path / "source")
    log, made = tmp_path / "log", tmp_path / package
    copy = f'[ "$5" = {package} ] && /bin/cp "{tmp_path}/source" "{made}"; exit 0'
    program(tmp_path / "apt-get", f'echo "$@" >>"{log}"\n{copy}')
    assert chromium.main() == 0
    assert capsys.readouterr().out == f"{made}\n"
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["update", *["install"] * tries]


def test_others_download_it(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    browser(tmp_path / "source")
    python = program(tmp_path / "python", f'/bin/cp "{tmp_path}/source" "{tmp_path}/downloaded"')
    monkeypatch.setattr(sys, "executable", python)
    assert chromium.main() == 0
    assert capfd.readouterr().out == f"{tmp_path}/downloaded\n"


def test_without_any_way_it_fails_and_says_what_to_do(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", "exit 1"))
    assert chromium.main() == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert "sudo apt-get install chromium" in said.err
