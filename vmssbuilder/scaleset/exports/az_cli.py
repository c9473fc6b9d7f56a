"""A shell script that sends the request with `az rest`."""

from __future__ import annotations

import json
import shlex

from ..request import Request
from .endpoint import Endpoint
from .prepared import prepare
from .shell import script


def write(request: Request, endpoint: Endpoint) -> str:
    prepared = prepare(request)
    headers = {"Content-Type": "application/json", **prepared.conditions}
    command = [f"az rest --method {request.method.lower()}"]
    if endpoint.is_known_to_the_cli:
        first = f"az cloud set --name {endpoint.cli} && az login" if endpoint.cli else "az login"
        return script(
            prepared,
            [f"Sends the request with the Azure CLI. Sign in first: {first}"],
            {},
            [
                *command,
                # Without a host it goes to the Resource Manager of the cloud that is signed in to.
                f"--url {shlex.quote(prepared.address)}",
                f"--headers {' '.join(shlex.quote(f'{name}={value}') for name, value in headers.items())}",
                "--body @-",
            ],
        )
    # Not as arguments: those can be read by every user of the machine.
    sent = json.dumps({**headers, "Authorization": "Bearer %s"})
    return script(
        prepared,
        [f"Sends the request with the Azure CLI. A token: {endpoint.token}", endpoint.note],
        {"ACCESS_TOKEN": "An access token"},
        [
            *command,
            f"--url {shlex.quote(endpoint.address + prepared.address)}",
            f"""--skip-authorization-header --headers @<(printf {shlex.quote(sent)} "$ACCESS_TOKEN")""",
            "--body @-",
        ],
    )
