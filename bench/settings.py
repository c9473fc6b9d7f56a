"""The product's own settings, with the bare page among the addresses and all files in the folder of the bench."""

import os
from pathlib import Path

from vmssbuilder.settings import *  # noqa: F403 - settings are made of settings

ROOT_URLCONF = "bench.urls"
STATIC_ROOT = Path(os.environ["BENCH_FOLDER"]) / "static"
