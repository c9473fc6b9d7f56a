from __future__ import annotations

import pytest

from vmssbuilder.azure.clouds import CLOUD_NAMES, cloud

HOSTS = {
    "public": ("login.microsoftonline.com", "management.azure.com"),
    "usgov": ("login.microsoftonline.us", "management.usgovcloudapi.net"),
    "china": ("login.partner.microsoftonline.cn", "management.chinacloudapi.cn"),
    "sandbox": ("login.sandbox.invalid", "management.sandbox.invalid"),
}


def test_every_cloud_has_its_hosts() -> None:
    assert set(CLOUD_NAMES) == set(HOSTS)
    for name, (authority, arm) in HOSTS.items():
        found = cloud(name)
        assert (found.authority_host, found.arm_host) == (authority, arm)
        assert found.scope == f"https://{arm}/.default"
        assert found.is_sandbox == (name == "sandbox")
        assert bool(found.default_client_secret) == found.is_sandbox


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="public, usgov, china, sandbox"):
        cloud("moon")


def test_the_portal_link_names_tenant_and_resource() -> None:
    link = cloud("public").portal_link("/subscriptions/s/resourceGroups/a group/x", "contoso.example")
    assert (
        link
        == "https://portal.azure.com/#@contoso.example/resource/subscriptions/s/resourceGroups/a%20group/x"
    )
    assert cloud("sandbox").portal_link("/subscriptions/s") == ""


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://management.azure.com/subscriptions", True),
        ("https://MANAGEMENT.azure.com/subscriptions", True),
        ("https://management.azure.com:443/x", True),
        ("http://management.azure.com/x", False),
        ("https://management.azure.com:8443/x", False),
        ("https://management.azure.com.evil.example/x", False),
        ("https://management.azure.com@evil.example/x", False),
        ("https://evil.example@management.azure.com/x", False),
        ("https://evil.example/management.azure.com", False),
        ("https://evil.example#@management.azure.com/", False),
        ("https://evil.example\\@management.azure.com/", False),
        ("//management.azure.com/x", False),
        ("/subscriptions/x", False),
        ("https://[management.azure.com/", False),
        ("https://management.azure.com:port/", False),
        ("", False),
    ],
)
def test_only_resource_managers_own_host_gets_a_token(url: str, ours: bool) -> None:
    assert cloud("public").is_arm(url) is ours


@pytest.mark.parametrize("name", CLOUD_NAMES)
def test_a_token_is_asked_for_the_very_place_it_is_sent_to(name: str) -> None:
    azure = cloud(name)
    assert azure.scope == f"https://{azure.arm_host}/.default"
    assert azure.is_arm(f"{azure.arm_url}/subscriptions")
    assert not [other for other in CLOUD_NAMES if other != name and azure.is_arm(cloud(other).arm_url)]


def test_examples_are_said_in_the_words_of_each_cloud() -> None:
    text = "https://a.blob.core.windows.net/b and https://kv.vault.azure.net/secrets/c"
    assert cloud("public").in_its_words(text) == text
    for name, hosts in {"usgov": "usgovcloudapi.net", "china": ".cn"}.items():
        said = cloud(name).in_its_words(text)
        assert said.count(hosts) == 2
        assert "windows.net" not in said
