"""Settings of real processes with keys of their own: those of all tests, on the database and sandbox of one test."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403 - settings are made of settings

VMSSBUILDER_SECRET_KEYS = os.environ["KEY_TESTS_KEYS"].split(",")
VMSSBUILDER_SANDBOX_URL = os.environ["KEY_TESTS_SANDBOX_URL"]
