"""Microsoft's own Python package works against the sandbox: so scripts written with it can be tried there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.compute import ComputeManagementClient

from tests.accounts.certificates import private_authority
from tests.azure.helpers import SUBSCRIPTION, document
from tests.sandbox.conftest import access_token
from tests.sandbox.tls import TlsSandbox, serving
from vmssbuilder.sandbox import world

GROUP: Final = "rg-shop"


class Credential:
    """Rita's token, as azure-identity would bring it."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        assert scopes == (f"{world.CLOUD.arm_url}/.default",)
        return AccessToken(access_token(), 2**31)


@pytest.fixture(scope="module")
def compute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComputeManagementClient]:
    files = private_authority(tmp_path_factory.mktemp("authority"))
    with TlsSandbox(files) as server, serving(server):
        yield ComputeManagementClient(
            Credential(),
            SUBSCRIPTION,
            base_url=f"https://localhost:{server.server_port}",
            credential_scopes=[f"{world.CLOUD.arm_url}/.default"],
            connection_verify=str(files.authority),
            polling_interval=0,
        )


def test_a_scale_set_from_its_creation_to_its_end(compute: ComputeManagementClient) -> None:
    sets: Any = compute.virtual_machine_scale_sets
    made = sets.begin_create_or_update(GROUP, "sdk", document()).result(30)
    assert (made.name, made.provisioning_state) == ("sdk", "Succeeded")
    assert sets.get(GROUP, "sdk").sku.capacity == document()["sku"]["capacity"]
    assert [each.name for each in sets.list(GROUP)] == ["sdk"]
    assert "sdk" in [each.name for each in sets.list_all()]
    changed = sets.begin_update(GROUP, "sdk", {"sku": {"capacity": 5}}).result(30)
    assert changed.sku.capacity == 5
    instances: Any = compute.virtual_machine_scale_set_vms
    assert len(list(instances.list(GROUP, "sdk"))) == 5
    sets.begin_delete(GROUP, "sdk").result(30)
    with pytest.raises(ResourceNotFoundError):
        sets.get(GROUP, "sdk")


def test_a_refusal_has_its_code_and_message(compute: ComputeManagementClient) -> None:
    sets: Any = compute.virtual_machine_scale_sets
    with pytest.raises(HttpResponseError) as caught:
        sets.begin_create_or_update(GROUP, "wrong", document() | {"location": "nowhere"}).result(30)
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.code == "LocationNotAvailableForResourceType"
