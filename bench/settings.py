"""The product's own settings, with the bare page among the addresses and all files in the folder of the bench."""

import os
from pathlib import Path

from vmssbuilder.settings import *  # noqa: F403 - settings are made of settings
from vmssbuilder.settings import CRISPY_ALLOWED_TEMPLATE_PACKS as OWN_PACKS
from vmssbuilder.settings import INSTALLED_APPS as APPS

ROOT_URLCONF = "bench.urls"
STATIC_ROOT = Path(os.environ["BENCH_FOLDER"]) / "static"
# What our fields are compared with.
INSTALLED_APPS = [*APPS, "crispy_bootstrap5"]
CRISPY_ALLOWED_TEMPLATE_PACKS = (OWN_PACKS, "bootstrap5")  # type: ignore[assignment] # one or several, says crispy
