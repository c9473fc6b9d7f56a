"""Writes the settings of a local installation to `.env`, with fresh keys; an existing file is never changed."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent

CONTENT = """\
# Settings of this installation, made by `make run`. Keep this file to yourself: it holds keys.
# The environment wins over it. docs/deploying.md lists everything that can be set.

DJANGO_SECRET_KEY={django_key}

# Encrypts what people enter as secrets. Without this key they cannot be read again.
VMSSBUILDER_SECRET_KEYS={fernet_key}

# "sandbox" plays Microsoft Entra ID and Azure on this machine; nothing leaves it.
VMSSBUILDER_CLOUD=sandbox

# The database is var/vmssbuilder.sqlite3 unless another is named:
# DATABASE_URL=postgres://user:password@host:5432/vmssbuilder

PORT=8000
SANDBOX_PORT=8001
"""


def write(path: Path) -> bool:
    """Writes the file for its owner alone, unless it is there. Says whether it did."""
    content = CONTENT.format(django_key=secrets.token_urlsafe(64), fernet_key=Fernet.generate_key().decode())
    # Written aside and linked into place: a run that is cut short leaves no half file, and two runs make one.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    finally:
        aside.unlink()
    return True


def ensure(path: Path = ROOT / ".env") -> None:
    """Makes the file when it is missing, and says so."""
    if path.exists():
        return
    if (path.parent / "var" / "vmssbuilder.sqlite3").exists():
        print(
            "Note: .env was gone, so new keys were made. Everybody signs in again, "
            "and secrets entered before cannot be read.",
            file=sys.stderr,
        )
    write(path)


if __name__ == "__main__":
    ensure()
