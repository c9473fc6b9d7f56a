"""A shell script that sends the request with curl."""

from __future__ import annotations

import shlex

from ..request import Request
from .prepared import ARM, prepare
from .shell import script


def write(request: Request) -> str:
    prepared = prepare(request)
    headers = {"Content-Type": "application/json", **prepared.conditions}
    return script(
        prepared,
        "Sends the request with curl. A token: az account get-access-token --query accessToken --output tsv",
        {"ACCESS_TOKEN": "An access token for Azure Resource Manager"},
        [
            f"curl --fail-with-body --silent --show-error --request {request.method}",
            f"--url {shlex.quote(ARM + prepared.address)}",
            *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()),
            # Not as an argument: those can be read by every user of the machine.
            """--config <(printf 'header = "Authorization: Bearer %s"\\n' "$ACCESS_TOKEN")""",
            "--data-binary @-",
        ],
    )
