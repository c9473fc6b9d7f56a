"""How the web server begins: what its processes answer with is loaded before they are there."""

from __future__ import annotations

import gc
import runpy
from pathlib import Path

import pytest
from django.urls import clear_url_caches, get_resolver

CONFIGURATION = runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.conf.py"))


def test_the_first_page_of_a_process_has_nothing_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda *_numbers: None)
    clear_url_caches()
    assert "url_patterns" not in vars(get_resolver())
    CONFIGURATION["when_ready"](None)
    assert "url_patterns" in vars(get_resolver())
    assert CONFIGURATION["preload_app"], "else each process would load it all"
