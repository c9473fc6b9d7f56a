"""A shell script that sends the request with `az rest`."""

from __future__ import annotations

import shlex

from ..request import Request
from .prepared import prepare
from .shell import script


def write(request: Request) -> str:
    prepared = prepare(request)
    headers = {"Content-Type": "application/json", **prepared.conditions}
    return script(
        prepared,
        "Sends the request with the Azure CLI. Sign in first: az login",
        {},
        [
            f"az rest --method {request.method.lower()}",
            # Without a host it goes to the Resource Manager of the cloud that is signed in to.
            f"--url {shlex.quote(prepared.address)}",
            f"--headers {' '.join(shlex.quote(f'{name}={value}') for name, value in headers.items())}",
            "--body @-",
        ],
    )
