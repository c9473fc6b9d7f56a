"""How we talk to Azure: signing in, one request well done, operations that take long. No Django.

A scale set, read with a token from anywhere (the Azure command line, for one):

    from vmssbuilder.azure import ArmClient, ScaleSetAddress, cloud, open_session

    azure = cloud("public")
    client = ArmClient(azure, lambda claims: token, open_session(azure))
    found = client.get(ScaleSetAddress(subscription, "rg-shop", "web-prod"), "2024-07-01")
"""

from __future__ import annotations

from .client import ArmClient, ScaleSet, ScaleSetAddress
from .clouds import Cloud, cloud
from .errors import AzureError, Explanation, explain
from .operations import Operation, step, wait
from .signin import AccessToken, Identity, SignIn
from .transport import open_session

__all__ = [
    "AccessToken",
    "ArmClient",
    "AzureError",
    "Cloud",
    "Explanation",
    "Identity",
    "Operation",
    "ScaleSet",
    "ScaleSetAddress",
    "SignIn",
    "cloud",
    "explain",
    "open_session",
    "step",
    "wait",
]
