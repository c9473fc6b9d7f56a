"""Settings of the product that browser tests start as real processes: those of all tests, on a sandbox that listens."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403 - settings are made of settings
from tests.settings import DATABASES

VMSSBUILDER_PRICES = True
VMSSBUILDER_SANDBOX_URL = os.environ["BROWSER_TESTS_SANDBOX_URL"]
DATABASES["default"]["NAME"] = os.environ["BROWSER_TESTS_DATABASE"]
# As in production: files are looked for once, not with each request.
WHITENOISE_AUTOREFRESH = False
