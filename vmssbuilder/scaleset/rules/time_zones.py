"""The time zones that Windows knows, for looking up what was written in another case."""

from __future__ import annotations

from typing import Final

from ..catalogue.time_zones import WINDOWS_TIME_ZONES

__all__ = ["FOLDED", "WINDOWS_TIME_ZONES"]

FOLDED: Final = {zone.casefold(): zone for zone in WINDOWS_TIME_ZONES}
