"""`check()` beside what others offer for the same documents, in one process and one run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
from azure.mgmt.compute import models

from bench import documents
from vmssbuilder.scaleset import check, json_schema

MEDIAN_LIMIT = 200e-6
WORST_LIMIT = 1e-3
ROUNDS = 7

EXAMPLES = Path(__file__).parents[2] / "shared" / "examples"

Body = tuple[str, dict[str, Any]]


def bodies() -> list[Body]:
    """Official request bodies with their API versions where they lie beside the project, else our own document."""
    found = [
        (file.stem, body)
        for file in sorted(EXAMPLES.glob("*.json"))
        for body in json.loads(file.read_text()).values()
    ]
    return found or [(documents.API_VERSION, documents.document())]


def each(call: Callable[[str, dict[str, Any]], Any], measured: list[Body]) -> list[float]:
    """Seconds per document: the median of some rounds each, after one that warms up."""
    times = []
    for version, body in measured:
        call(version, body)
        rounds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            call(version, body)
            rounds.append(time.perf_counter() - start)
        times.append(statistics.median(rounds))
    return times


def compare() -> list[str]:
    """Prints the table; answers the goals that were missed."""
    measured = bodies()
    compiled = {version: jsonschema_rs.Draft202012Validator(json_schema(version)) for version, _ in measured}
    plain = {version: jsonschema.Draft202012Validator(json_schema(version)) for version, _ in measured}
    ours = each(lambda version, body: check(body, version), measured)
    rows = {
        "check(): structure and every rule": ours,
        "jsonschema-rs, structure alone": each(
            lambda version, body: compiled[version].is_valid(body), measured
        ),
        "jsonschema, structure alone": each(
            lambda version, body: list(plain[version].iter_errors(body)), measured
        ),
        "azure-mgmt-compute, model and back": each(
            lambda _version, body: models.VirtualMachineScaleSet(body).as_dict(), measured
        ),
    }
    base = statistics.median(ours)
    print(
        f"\n{f'a request body ({len(measured)} documents)':44}{'median':>10}{'worst':>10}{'x check':>9}{'goal':>16}"
    )
    for name, times in rows.items():
        goal = "<= 200, 1000 us" if times is ours else ""
        median, worst = statistics.median(times), max(times)
        print(f"{name:44}{median * 1e6:>7.0f} us{worst * 1e6:>7.0f} us{median / base:>9.2f}{goal:>16}")
    missed = []
    if base > MEDIAN_LIMIT:
        missed.append(f"check() takes {base * 1e6:.0f} us in the median; the goal is 200.")
    if max(ours) > WORST_LIMIT:
        missed.append(f"check() takes {max(ours) * 1e6:.0f} us at worst; the goal is 1,000.")
    return missed
