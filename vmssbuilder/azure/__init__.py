"""How we talk to Azure: signing in, one request well done, operations that take long. No Django.

A scale set, read with a token from anywhere (the Azure command line, for one):

    from vmssbuilder.azure import ArmClient, ScaleSetAddress, cloud, open_session, wait
    azure = cloud("public")
    client = ArmClient(azure, lambda claims: token, open_session(azure))
    address = ScaleSetAddress(subscription, "rg-shop", "web-prod")
    done = wait(client, client.update(address, "2024-07-01", {"sku": {"capacity": 3}}))

`done.status` is succeeded, failed or canceled, `done.resource` the scale set afterwards, `explain(done.failure)` what
went wrong. `client.begin(method, url, document)` starts any other operation of Resource Manager. Where several processes
work for one person, give their clients one `SharedGate`. `stand_in("http://127.0.0.1:3000")` in place of
`cloud("public")` talks to a test server on this machine.
"""

from __future__ import annotations

from .client import ArmClient, LiveScaleSet, ScaleSetAddress
from .clouds import Cloud, cloud, stand_in
from .errors import AzureError
from .explaining import Explanation, explain
from .instances import InstanceCounts, instances
from .operations import Operation, step, wait
from .signin import AccessToken, SignedInIdentity, SignIn
from .throttling import Gate, SharedGate
from .transport import open_session

__all__ = [
    "AccessToken",
    "ArmClient",
    "AzureError",
    "Cloud",
    "Explanation",
    "Gate",
    "InstanceCounts",
    "LiveScaleSet",
    "Operation",
    "ScaleSetAddress",
    "SharedGate",
    "SignIn",
    "SignedInIdentity",
    "cloud",
    "explain",
    "instances",
    "open_session",
    "stand_in",
    "step",
    "wait",
]
