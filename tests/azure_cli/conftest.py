"""The Azure CLI, unpatched, signed in to a sandbox behind TLS. `make test-azure-cli` installs it and runs these tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.certificates import Files, private_authority
from tests.sandbox.tls import TlsSandbox, serving
from vmssbuilder.sandbox import world

AZ = os.environ.get("VMSSBUILDER_AZ", "")
collect_ignore_glob = [] if AZ else ["test_*.py"]


class Cli:
    """One person's Azure CLI: cli("vmss", "list") answers with what it prints, read as JSON."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AZURE_CONFIG_DIR": str(folder / "azure"),
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            # Entra ID's list of known clouds is on the internet; the sandbox is not in it.
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "REQUESTS_CA_BUNDLE": str(files.authority),
        }

    def __call__(self, *words: str) -> Any:
        done = subprocess.run(
            [AZ, *words, "--output", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"az {' '.join(words)}\n{done.stderr[-3000:]}"
        return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TlsSandbox, Files]]:
    files = private_authority(tmp_path_factory.mktemp("authority"))
    with TlsSandbox(files) as running, serving(running):
        yield running, files


@pytest.fixture(scope="module")
def az(server: tuple[TlsSandbox, Files], tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Registered and signed in, as the application, the way the documentation of sovereign clouds tells."""
    running, files = server
    cli = Cli(tmp_path_factory.mktemp("cli"), files)
    cli(
        "cloud", "register", "--name", "sandbox",
        "--endpoint-resource-manager", f"https://localhost:{running.server_port}",
    )  # fmt: skip
    cli("cloud", "set", "--name", "sandbox")
    cli(
        "login", "--service-principal", "--tenant", world.TENANT,
        "--username", world.CLOUD.default_client_id, "--password", world.CLOUD.default_client_secret,
    )  # fmt: skip
    cli("account", "set", "--subscription", world.DEVELOPMENT)
    return cli
