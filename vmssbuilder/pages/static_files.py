"""Which of the packaged static files the product serves: packages bring far more than the pages use."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Collects without what no page asks for. Compressing the rest would take longer than the whole first start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        # Of Bootstrap only the one minified style sheet is used; its map stays, because the file names it.
        "bootstrap.css*",
        "bootstrap-*.css*",
        "*.rtl.*",
        # Of htmx only version 2, minified, and none of its extensions.
        "ext",
        "htmax-*.js",
        "htmx-2.js",
        "htmx-4*.js",
    ]
