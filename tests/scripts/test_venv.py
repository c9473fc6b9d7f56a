"""Making the virtual environment: only what is missing, and plain words when it cannot be made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "mkdir", "cp", "chmod")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script, and a PATH with no Python yet."""
    root = tmp_path / "a folder"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPTS / "venv.sh", root / "scripts" / "venv.sh")
    (root / "requirements.txt").write_text("first==1\n")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return root


def python(project: Path, script: str, name: str = "python3") -> None:
    path = project.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def working_python(project: Path) -> None:
    """Plays a Python: "-m venv" makes a folder with a python in it, and installations are written down."""
    python(
        project,
        f"""
        echo "$*" >>"{project}/log"
        case "$*" in
        "-m venv .venv") mkdir -p .venv/bin; echo made >.venv/pyvenv.cfg; cp "$0" .venv/bin/python;;
        *"-m pip install"*) exit $(cat "{project}/fails" 2>/dev/null || echo 0);;
        *) exec {sys.executable} "$@";;
        esac
        """,
    )


def run(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(project / "scripts" / "venv.sh"), "requirements.txt"],
        env={"PATH": str(project.parent / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def installations(project: Path) -> int:
    return (project / "log").read_text().count("pip install")


def test_without_python_it_says_what_to_install(project: Path) -> None:
    python(project, "exit 1")  # too old
    done = run(project)
    assert done.returncode == 1
    assert "No Python 3.11 or newer was found" in done.stderr
    assert "sudo apt-get install python3 python3-venv" in done.stderr
    assert not (project / ".venv").exists()


def test_a_python_that_cannot_make_environments_is_told_the_package(project: Path) -> None:
    python(project, f'case "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"')
    done = run(project)
    assert done.returncode == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt-get install python{version}-venv" in done.stderr


def test_it_installs_once_and_again_when_requirements_change(project: Path) -> None:
    working_python(project)
    assert run(project).returncode == 0
    assert run(project).returncode == 0
    assert installations(project) == 1
    (project / "requirements.txt").write_text("first==2\n")
    assert run(project).returncode == 0
    assert installations(project) == 2


def test_a_failed_installation_is_tried_again(project: Path) -> None:
    working_python(project)
    (project / "fails").write_text("1")
    done = run(project)
    assert done.returncode == 1
    assert "Installing requirements.txt failed" in done.stderr
    (project / "fails").write_text("0")
    assert run(project).returncode == 0
    assert installations(project) == 2


def test_a_broken_environment_is_made_anew(project: Path) -> None:
    working_python(project)
    assert run(project).returncode == 0
    (project / ".venv" / "bin" / "python").write_text("#!/nowhere\n")
    assert run(project).returncode == 0
    assert (project / "log").read_text().count("-m venv .venv") == 2
