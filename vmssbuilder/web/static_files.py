"""Which of the packaged static files the product serves, and under which addresses."""

from __future__ import annotations

from functools import cache

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped] # it has no types


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # as above
    """WhiteNoise's storage, which looks an address up once: a page asks for seven, and they never change."""

    # A module names others by their plain addresses, which are not served.
    support_js_module_import_aggregation = True

    @cache  # noqa: B019 - there is one storage, as long as the process
    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file, with the fingerprint of its content."""
        return str(super().url(name, force))


class StaticFiles(StaticFilesConfig):
    """Packages bring far more than the pages use: collects without that. Compressing the rest would take longer than the whole first start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        # Of Bootstrap only its Reboot, minified, is used; its map stays, because the file names it.
        "bootstrap.*",
        "bootstrap-grid*",
        "bootstrap-utilities*",
        "bootstrap-reboot.css*",
        "*.rtl.*",
        # Of htmx only version 2, minified, and none of its extensions.
        "ext",
        "htmax-*.js",
        "htmx-2.js",
        "htmx-4*.js",
    ]
