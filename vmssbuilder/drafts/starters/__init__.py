"""Starters: requests that are nearly complete, to begin a draft from. See docs/adding-a-starter.md."""

from __future__ import annotations

from .declaration import Question, Starter
from .registry import find, starters

__all__ = ["Question", "Starter", "find", "starters"]
