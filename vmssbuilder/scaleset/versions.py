"""The Compute API versions that carry scale sets, and what the version alone decides.

Source: the published type definitions of Microsoft.Compute, thirty versions, oldest first.
"""

from __future__ import annotations

from typing import Final

API_VERSIONS: Final[tuple[str, ...]] = (
    "2015-06-15",
    "2016-03-30",
    "2016-04-30-preview",
    "2017-03-30",
    "2017-12-01",
    "2018-04-01",
    "2018-06-01",
    "2018-10-01",
    "2019-03-01",
    "2019-07-01",
    "2019-12-01",
    "2020-06-01",
    "2020-12-01",
    "2021-03-01",
    "2021-04-01",
    "2021-07-01",
    "2021-11-01",
    "2022-03-01",
    "2022-08-01",
    "2022-11-01",
    "2023-03-01",
    "2023-07-01",
    "2023-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
    "2025-11-01",
    "2026-03-01",
    "2026-04-01",
)

FIRST: Final = API_VERSIONS[0]
LATEST: Final = API_VERSIONS[-1]
DEFAULT: Final = LATEST

PATCH_SINCE: Final = "2017-03-30"
"""First version in which a scale set can be changed with PATCH."""

ETAG_SINCE: Final = "2023-09-01"
"""First version that answers with an etag and honours If-Match and If-None-Match."""

_ORDER: Final = {version: position for position, version in enumerate(API_VERSIONS)}


class UnknownVersion(ValueError):
    """The API version is not one that carries scale sets."""

    def __init__(self, version: object) -> None:
        super().__init__(
            f"{version!r} is not an API version with scale sets. Choose one from {API_VERSIONS[0]} to {API_VERSIONS[-1]}."
        )
        self.version = version


def order(version: str) -> int:
    """Position of the version, oldest 0. Raises UnknownVersion."""
    try:
        return _ORDER[version]
    except (KeyError, TypeError):
        raise UnknownVersion(version) from None


def within(version: str, since: str, until: str | None = None) -> bool:
    """Whether the version lies between `since` and `until`, both included."""
    position = order(version)
    return order(since) <= position and (until is None or position <= order(until))


def before(version: str) -> str | None:
    """The version just before this one, or None for the first."""
    position = order(version)
    return API_VERSIONS[position - 1] if position else None
