"""What a document tells about the operating system of its instances."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.systems import OFFER, OS_TYPE, PUBLISHER, SETTINGS, evidence_in


def document(*values: tuple[paths.Path, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in values:
        paths.put(made, path, value)
    return made


@pytest.mark.parametrize(
    ("given", "system", "path"),
    [
        (document((OS_TYPE, "Windows"), (PUBLISHER, "Canonical")), "Windows", OS_TYPE),
        (document((PUBLISHER, "canonical"), (SETTINGS["Windows"], {})), "Linux", PUBLISHER),
        (document((PUBLISHER, "MicrosoftWindowsServer")), "Windows", PUBLISHER),
        (document((PUBLISHER, "MicrosoftSQLServer"), (OFFER, "sql2022-ws2022")), "Windows", PUBLISHER),
        (document((PUBLISHER, "MicrosoftSQLServer"), (OFFER, "SQL2022-Ubuntu2004")), "Linux", PUBLISHER),
        (document((PUBLISHER, "MicrosoftSQLServer"), (OFFER, "sql2019-sles15")), "Linux", PUBLISHER),
        (document((PUBLISHER, "MicrosoftSQLServer"), (OFFER, "sql2019-rhel8")), "Linux", PUBLISHER),
        (document((PUBLISHER, "shop"), (SETTINGS["Linux"], None)), "Linux", SETTINGS["Linux"]),
        (document((SETTINGS["Windows"], "odd")), "Windows", SETTINGS["Windows"]),
    ],
)
def test_it_is_told_by_disk_then_publisher_then_settings(
    given: dict[str, Any], system: str, path: paths.Path
) -> None:
    described = evidence_in(given)
    assert described is not None
    assert (described.system, described.path) == (system, path)
    assert system in described.because


@pytest.mark.parametrize(
    "given",
    [
        {},
        None,
        [],
        {"properties": "text"},
        document((SETTINGS["Linux"], {}), (SETTINGS["Windows"], {})),
        document((OS_TYPE, "BeOS")),
        document((OS_TYPE, ["Linux"])),
        document((PUBLISHER, 7)),
        document((PUBLISHER, "MicrosoftSQLServer")),
        document((PUBLISHER, "MicrosoftSQLServer"), (OFFER, "sql2099")),
    ],
)
def test_nothing_is_told_by_what_says_nothing(given: Any) -> None:
    assert evidence_in(given) is None
