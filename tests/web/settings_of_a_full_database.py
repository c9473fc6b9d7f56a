"""The settings of tests, with a database that takes no more than so many pages: SQLite says then that it is full."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403 - settings are made of settings
from tests.settings import DATABASES

DATABASES["default"]["OPTIONS"]["init_command"] += f" PRAGMA max_page_count={int(os.environ['MOST_PAGES'])};"
