"""A shell script that sends the request with curl."""

from __future__ import annotations

import shlex

from ..request import Request
from .endpoint import Endpoint
from .prepared import prepare
from .shell import script


def write(request: Request, endpoint: Endpoint) -> str:
    prepared = prepare(request)
    headers = {"Content-Type": "application/json", **prepared.conditions}
    return script(
        prepared,
        [f"Sends the request with curl. A token: {endpoint.token}", endpoint.note],
        {"ACCESS_TOKEN": "An access token for Azure Resource Manager"},
        [
            f"curl --fail-with-body --silent --show-error --request {request.method}",
            f"--url {shlex.quote(endpoint.address + prepared.address)}",
            *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()),
            # Not as an argument: those can be read by every user of the machine.
            """--config <(printf 'header = "Authorization: Bearer %s"\\n' "$ACCESS_TOKEN")""",
            "--data-binary @-",
        ],
    )
