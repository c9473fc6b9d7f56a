"""Settings of the real processes of one test: those of all tests, on that test's database, with its keys and its sandbox."""

from __future__ import annotations

import os

# The settings of all tests put their own in the place of these.
_keys, _sandbox = os.environ["VMSSBUILDER_SECRET_KEYS"], os.environ["VMSSBUILDER_SANDBOX_URL"]

from tests.settings import *  # noqa: E402, F403 - settings are made of settings

VMSSBUILDER_SECRET_KEYS = _keys.split(",")
VMSSBUILDER_SANDBOX_URL = _sandbox
