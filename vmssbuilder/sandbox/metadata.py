"""What the sandbox's cloud is made of, for tools that ask: `GET /metadata/endpoints`, without a token, as Azure has it."""

from __future__ import annotations

from typing import Any, Final

from . import world
from .messages import IncomingRequest, OutgoingResponse, json_answer

PATH: Final = "/metadata/endpoints"

_NOWHERE: Final = "sandbox.invalid"
"""Where the services are that the sandbox has not: nothing meant for it can leave the machine."""


def answer(request: IncomingRequest) -> OutgoingResponse | None:
    """The answer to a request for this part, None when it is for another."""
    if request.path.rstrip("/") != PATH:
        return None
    if request.method != "GET":
        return json_answer(
            405, {"error": {"code": "HttpMethodNotSupported", "message": "Only GET is supported."}}
        )
    return json_answer(200, _endpoints(request))


def _endpoints(request: IncomingRequest) -> dict[str, Any]:
    return {
        "name": "Sandbox",
        "portal": f"https://portal.{_NOWHERE}",
        "authentication": {
            "loginEndpoint": request.authority_url,
            "audiences": [world.CLOUD.arm_url],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": request.arm_url,
        "gallery": f"https://gallery.{_NOWHERE}",
        "graph": f"https://graph.{_NOWHERE}",
        "graphAudience": f"https://graph.{_NOWHERE}",
        "microsoftGraphResourceId": f"https://graph.{_NOWHERE}",
        "activeDirectoryDataLake": f"https://datalake.{_NOWHERE}",
        "batch": f"https://batch.{_NOWHERE}",
        "media": f"https://media.{_NOWHERE}",
        "sqlManagement": f"https://sql.{_NOWHERE}",
        "vmImageAliasDoc": f"https://images.{_NOWHERE}/aliases.json",
        "suffixes": {
            "storage": f"storage.{_NOWHERE}",
            "keyVaultDns": f"vault.{_NOWHERE}",
            "sqlServerHostname": f"database.{_NOWHERE}",
            "acrLoginServer": f"registry.{_NOWHERE}",
            "azureDataLakeStoreFileSystem": f"datalakestore.{_NOWHERE}",
            "azureDataLakeAnalyticsCatalogAndJob": f"datalakeanalytics.{_NOWHERE}",
        },
    }
