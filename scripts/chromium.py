"""Finds a Chromium that starts, installing one when there is none, and prints its path for the browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
"""The first one that starts is taken. The shell without windows is the same browser and costs half."""
PACKAGES = ("chromium-headless-shell", "chromium")
"""Debian's names of the package, and of the program in it."""
USUAL = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

INSTRUCTION = """
The browser tests need a Chromium, and none could be found or installed. One of these puts it in place:

    sudo apt-get install chromium                                  (Debian)
    sudo .venv/bin/python -m playwright install --with-deps chromium   (Ubuntu and others)

A Chromium or Chrome in another place can be named: VMSSBUILDER_CHROMIUM=/path/to/chrome make test
"""


def say(text: str) -> None:
    """To the person; standard output carries the path alone."""
    print(text, file=sys.stderr, flush=True)


def starts(path: str) -> bool:
    """Whether the browser really shows a page: Ubuntu's package is a stub, a downloaded one may lack libraries."""
    with tempfile.TemporaryDirectory(prefix="vmssbuilder-chromium-") as profile:
        command = [
            path,
            *FLAGS,
            f"--user-data-dir={profile}",
            "--dump-dom",
            "data:text/html,<p>it starts</p>",
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and "it starts" in done.stdout


def installed() -> Iterator[str]:
    """Browsers that are on this machine already, Playwright's own last."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in USUAL if os.access(path, os.X_OK)]
    if os.access(own := playwrights_own(), os.X_OK):
        found.append(own)
    yield from dict.fromkeys(found)


def playwrights_own() -> str:
    """Where Playwright puts the browser that it downloads."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> str | None:
    """The Debian package where we may install it, Playwright's own download otherwise."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium (Debian package) ...")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        quiet = {"stdout": subprocess.DEVNULL, "env": env}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload] # the same options for each call
        for package in PACKAGES:
            command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
            subprocess.run(command, check=False, **quiet)  # type: ignore[call-overload] # as above
            path = shutil.which(package)
            if path and starts(path):
                return path
    say("Downloading Chromium (Playwright's own) ...")
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False
    )
    own = playwrights_own()
    return own if os.access(own, os.X_OK) and starts(own) else None


def main() -> int:
    """Prints the path, or says what to do and fails."""
    named = os.environ.get("VMSSBUILDER_CHROMIUM")
    if named:
        if not starts(named):
            say(f"VMSSBUILDER_CHROMIUM names {named}, which does not start.")
            return 1
        print(named)
        return 0
    path = next(filter(starts, installed()), None) or install()
    if path is None:
        say(INSTRUCTION)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
