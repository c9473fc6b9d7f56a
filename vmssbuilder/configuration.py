"""Reading the settings from the environment and from `.env`: what is wrong there is noted, never raised.

So a process can say everything that is wrong, each in a sentence, and `manage.py check` can too. `accounts.checks` does
both. No sentence quotes a password or key.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import environ

OWN: Final = ("VMSSBUILDER_", "DJANGO_")
"""What the names of our settings begin with."""

_OTHERS: Final = (
    "DJANGO_SETTINGS_MODULE",
    "VMSSBUILDER_BIND",
    "VMSSBUILDER_ENV_FILE",
    "VMSSBUILDER_SANDBOX_DELAY",
    "VMSSBUILDER_SANDBOX_WORLD",
)
"""Names that are read elsewhere, and that a misspelled one may mean."""

_LINE: Final = re.compile(r"(?:export )?[A-Za-z_0-9]+=")
_TRUE: Final = frozenset({"true", "on", "yes", "1", "y", "ok", "t"})
_FALSE: Final = frozenset({"false", "off", "no", "0", "n", "f", ""})
_QUOTED: Final = 40

DATABASES: Final = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "psql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "sqlite": "django.db.backends.sqlite3",
}
"""Which databases the product works with, by the beginning of DATABASE_URL."""

_DATABASE: Final = "Write postgres://user:password@host:5432/name, or sqlite:///path; in a password, write %40 for @, %2F for /, %23 for # and %3A for a colon."


_NOWHERE: Final = {"ENGINE": DATABASES["sqlite"], "NAME": ":memory:"}
"""A database that holds nothing, for commands that only look at the settings."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with the configuration. id: of the system check; text: a sentence; cure: another one."""

    id: str
    text: str
    cure: str


class Environment:
    """The settings of this process. The environment wins over the file.

    problems: what could not be understood. In its place stands a value with which nothing can go wrong, but with which the
    product does not start either.
    """

    def __init__(self, file: Path, *, named: bool = False) -> None:
        """file: the `.env`; named: whether somebody named it, so that it must be there."""
        self.problems: list[Problem] = []
        self._known: list[str] = list(_OTHERS)
        self._read(file, named=named)

    def _read(self, file: Path, *, named: bool) -> None:
        if not file.exists():
            if named:
                self._wrong(
                    "E008", f"The file {file} of VMSSBUILDER_ENV_FILE is not there.", "Correct its path."
                )
            return
        try:
            mode = file.stat().st_mode
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = "is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
            self._wrong("E008", f"The file {file} {why}.", "Let the user of the product read it, as text.")
            return
        if stat.S_ISREG(mode) and mode & stat.S_IROTH:
            said = f"Every user of this machine can read {file}, which holds keys."
            self._wrong("E008", said, f"Run: chmod o= {file}")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#") and not _LINE.match(line):
                # The parser would write it to the log, whatever it holds.
                self._wrong("E008", f"Line {number} of {file} is no setting.", "Write it as NAME=value.")
                lines[number - 1] = ""
        environ.Env.read_env(io.StringIO("\n".join(lines)))

    def _wrong(self, number: str, text: str, cure: str) -> None:
        self.problems.append(Problem(f"vmssbuilder.{number}", text, cure))

    def _value(self, name: str) -> str | None:
        self._known.append(name)
        return os.environ.get(name)

    def text(self, name: str, default: str = "") -> str:
        """The text, without blanks around it."""
        value = self._value(name)
        return default if value is None else value.strip()

    def needed(self, name: str, cure: str, number: str) -> str:
        """A text without which the product does not start; "" where it is missing."""
        value = self.text(name)
        if not value:
            self._wrong(number, f"{name} is not set.", cure)
        return value

    def names(self, name: str, default: Iterable[str] = ()) -> list[str]:
        """Texts with commas between them."""
        value = self._value(name)
        if value is None:
            return list(default)
        return [each.strip() for each in value.split(",") if each.strip()]

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self._value(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word not in _TRUE | _FALSE:
            self._wrong("E003", f"{name} is “{value.strip()[:_QUOTED]}”.", "Set it to true or false.")
            return default
        return word in _TRUE

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number."""
        value = self._value(name)
        if value is None or not value.strip():
            return default
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            said = f"{name} is “{value.strip()[:_QUOTED]}”."
            self._wrong("E003", said, f"Set it to a whole number from {least} to {most}.")
            return default
        return number

    def database(self, name: str, default: dict[str, Any]) -> dict[str, Any]:
        """The database of an address, as Django's DATABASES has it. Its password is never said.

        default: an SQLite file of the product's own, whose folder is made where it is missing.
        """
        value = self.text(name)
        if not value:
            with contextlib.suppress(OSError):
                Path(default["NAME"]).parent.mkdir(mode=0o700, exist_ok=True)
            return self._in_its_folder(default)
        try:
            with warnings.catch_warnings():
                # Its warnings quote the whole address.
                warnings.simplefilter("error")
                urlsplit(value)
                found: dict[str, Any] = dict(environ.Env.db_url_config(value))
        except Exception:  # noqa: BLE001 - whatever the parser thinks of it, it is no address
            found = {}
        scheme = value.partition("://")[0] if "://" in value else ""
        engine = DATABASES.get(scheme)
        kept = str(found.get("NAME", ""))
        # With a mark of its own in the password, the rest of the address is taken for the name.
        whole = bool(kept) and found.get("ENGINE") == engine and "#" not in value
        if engine is None or not whole or (scheme != "sqlite" and "@" in kept):
            self._wrong("E004", f"{name} is no address of a database that the product works with.", _DATABASE)
            return dict(_NOWHERE)
        return self._in_its_folder(found) if scheme == "sqlite" else found

    def _in_its_folder(self, database: dict[str, Any]) -> dict[str, Any]:
        folder = Path(database["NAME"]).parent
        if str(database["NAME"]) == ":memory:" or folder.is_dir():
            return database
        self._wrong(
            "E004", f"The folder {folder} of the database is not there.", "Make it, or correct the path."
        )
        return dict(_NOWHERE)

    def finish(self) -> None:
        """Notes names that mean nothing and are nearly those of a setting; once all settings were read."""
        for name in sorted(os.environ):
            if name.startswith(OWN) and name not in self._known:
                near = get_close_matches(name, self._known, 1, 0.85)
                if near:
                    self._wrong("W005", f"{name} is no setting.", f"Did you mean {near[0]}?")
