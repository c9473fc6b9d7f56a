"""The rules inside the check of whole documents: nothing hides them, nothing breaks them, sound bodies pass."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scaleset.bodies import BODIES, NEVER_SOUND, places, versions_of, writable
from tests.scaleset.documents import documents
from tests.scaleset.rules import cases
from tests.scaleset.rules.test_rules import CASES, every_rule
from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.rules import REGISTRY
from vmssbuilder.scaleset.versions import API_VERSIONS

TABLE = Path(__file__).parents[2] / "facts" / "rules.txt"


@every_rule
def test_the_check_reports_what_the_rule_finds(rule_id: str) -> None:
    for position, (where, case) in enumerate(CASES[rule_id].breaks):
        if case.document:
            findings = check(case.document, case.version, case.operation, case.target)
            assert (rule_id, where) in {(finding.rule, finding.where) for finding in findings}, position


@pytest.mark.parametrize("sound", [cases.linux, cases.windows, cases.flexible])
def test_a_sound_document_has_no_finding_at_all(sound: Any) -> None:
    assert check(sound().document, "2026-04-01") == []


@pytest.mark.parametrize("sound", [cases.vhd, cases.containers])
def test_unmanaged_disks_are_only_warned_of(sound: Any) -> None:
    assert [finding.rule for finding in check(sound().document, "2026-04-01")] == ["unmanaged-retired"]


# ------------------------------------------------------------------------------------- wrong types, unknown members


def test_the_wrong_type_is_the_only_message_about_a_value() -> None:
    document = cases.linux({"location": {}, "sku": "large", cases.NICS: "none", cases.OS: []}).document
    assert [(finding.rule, finding.where) for finding in errors(check(document, "2026-04-01"))] == [
        ("wrong-type", "location"),
        ("wrong-type", "sku"),
        ("wrong-type", cases.OS),
        ("wrong-type", cases.NICS),
    ]


def test_positions_stay_true_beside_an_item_of_the_wrong_type() -> None:
    disk = {"lun": 0, "createOption": "Empty", "diskSizeGB": 64}
    document = cases.linux({cases.DISKS: ["first", disk, disk]}).document
    assert [(finding.rule, finding.where) for finding in errors(check(document, "2026-04-01"))] == [
        ("wrong-type", f"{cases.DISKS}[0]"),
        ("datadisk-lun-unique", f"{cases.DISKS}[2].lun"),
    ]


def test_a_rule_does_not_read_what_the_version_does_not_have() -> None:
    document = cases.linux({"zones": 7, "properties.zoneBalance": True}).document
    found = errors(check(document, "2016-04-30-preview"))
    assert {(finding.rule, finding.where) for finding in found} == {
        ("unknown-property", "zones"),
        ("unknown-property", "properties.zoneBalance"),
    }


def test_the_check_leaves_the_document_as_it_was() -> None:
    document = cases.linux({"zones": 7, "extra": {"a": 1}, cases.DISKS: ["x", {"lun": "y"}]}).document
    before = copy.deepcopy(document)
    check(document, "2026-04-01")
    assert document == before


def test_what_is_missing_only_warns_while_placeholders_are_left() -> None:
    broken = {"properties.automaticRepairsPolicy.enabled": True}
    template = broken | {"tags": {"owner": "{owner}"}}
    found = {finding.rule: finding.severity for finding in check(cases.linux(broken).document, "2026-04-01")}
    assert found["repair-needs-health"] == "error"
    found = {
        finding.rule: finding.severity for finding in check(cases.linux(template).document, "2026-04-01")
    }
    assert found == {"placeholder": "error", "repair-needs-health": "warning"}


# ---------------------------------------------------------------------------------------------------- any JSON at all

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["{x}", "********", "/subscriptions/{x}", "latest", "Spot", "Flexible", "\ud800", "PT5M", "http://["]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3) | st.sampled_from(["id", "$secret", "name", "properties"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
PLACES = {
    version: [
        paths.parse(node.pattern.replace("[]", "[0]").replace("{}", "x"))
        for node in tree(version).walk()
        if node.pattern
    ]
    for version in ("2016-04-30-preview", "2026-04-01")
}


def _well_formed(findings: list[Finding]) -> None:
    for finding in findings:
        assert finding.where
        assert finding.message.endswith("."), finding.message
        assert finding.severity in ("error", "warning")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(PLACES)).flatmap(
        lambda version: st.tuples(
            st.just(version),
            st.sampled_from([cases.linux, cases.windows, cases.vhd, cases.flexible]),
            st.lists(st.tuples(st.sampled_from(PLACES[version]), ANY_JSON), max_size=4),
        )
    ),
    st.sampled_from(["create", "update"]),
)
def test_no_json_at_any_place_breaks_the_check(grafted: Any, operation: str) -> None:
    version, sound, changes = grafted
    document = sound().document
    for path, value in changes:
        try:
            paths.put(document, path, copy.deepcopy(value))
        except paths.PathError:
            continue
    _well_formed(
        check(document, version, operation, Target("11111111-2222-3333-4444-555555555555", "rg", "web"))
    )


@settings(max_examples=75, deadline=None)
@given(ANY_JSON, st.sampled_from(API_VERSIONS))
def test_no_json_as_the_document_breaks_the_check(document: Any, version: str) -> None:
    check(document, version)


@settings(max_examples=75, deadline=None)
@given(st.sampled_from(API_VERSIONS).flatmap(lambda version: st.tuples(st.just(version), documents(version))))
def test_no_document_of_the_catalogue_breaks_the_check(random: tuple[str, dict[str, Any]]) -> None:
    version, document = random
    found = check(document, version)
    _well_formed(found)
    assert {finding.rule for finding in found} - REGISTRY.keys() <= {
        "required",
        "out-of-range",
        "unknown-property",
    }


@pytest.mark.parametrize(
    "value",
    ["\ud800", 10**400, -(10**30), float("nan"), float("inf"), "x" * 1_000_000, {"a": {"b": [[[[[[]]]]]]}}],
    ids=["surrogate", "huge", "very-negative", "nan", "infinity", "long", "nested"],
)
@pytest.mark.parametrize(
    "place", ["location", "sku.capacity", f"{cases.OS}.adminPassword", "tags.a", "extra"]
)
def test_odd_values_are_reported_or_pass(place: str, value: Any) -> None:
    check(cases.linux({place: value}).document, "2026-04-01")


def _deep(levels: int) -> Any:
    deep: Any = {}
    for _level in range(levels):
        deep = {"a": deep}
    return deep


@pytest.mark.parametrize("place", ["extra", "tags", "sku.capacity"])
def test_nesting_without_end_is_reported(place: str) -> None:
    found = check(cases.linux().document | {place: _deep(10_000)}, "2026-04-01")
    assert "too-deep" in {finding.rule for finding in found}


def test_settings_nested_without_end_do_not_break_the_check() -> None:
    extension = {"name": "x", "properties": {"settings": _deep(10_000), "protectedSettings": _deep(10_000)}}
    document = cases.linux().document
    document["properties"]["virtualMachineProfile"]["extensionProfile"] = {"extensions": [extension]}
    assert "ext-required-fields" in {finding.rule for finding in check(document, "2026-04-01")}


def test_half_a_character_is_reported_where_it_stands() -> None:
    document = cases.linux(
        {"sku.capacity": "\ud800", "tags": {"\udfff": "x", "a": "b"}, "zones": ["1", "\ud800"]}
    ).document
    found = {(finding.rule, finding.where) for finding in errors(check(document, "2026-04-01"))}
    assert {
        ("broken-text", "sku.capacity"),
        ("broken-text", "tags['?']"),
        ("broken-text", "zones[1]"),
        ("capacity-integer", "sku.capacity"),
    } <= found


# ------------------------------------------------------------------------------------------------------ sound bodies


def test_sound_bodies_have_no_error_in_any_version_that_has_their_members() -> None:
    for title, body in BODIES.items():
        assert versions_of(title), title
        for version in versions_of(title):
            for operation in ("create", "update"):
                found = errors(check(body, version, operation, whole=True))
                assert found == [], (title, version, operation)


@pytest.mark.parametrize("version", API_VERSIONS)
def test_sound_bodies_set_every_member_that_a_person_can_set(version: str) -> None:
    root = tree(version)
    ours = {
        place
        for title, body in BODIES.items()
        if version in versions_of(title)
        for place in places(root, body)
    }
    assert set(writable(root)) - ours == NEVER_SOUND & set(writable(root))


# --------------------------------------------------------------------------------------------------------- the table

BY_AZURE_ONLY = """
    sku-name-available sku-restricted-location sku-restricted-zone quota-vcpu subnet-space spg-false-needs-standard-lb
    flex-basic-lb secrets-pfx secrets-vault-enabled secrets-vault-region image-exists plan-required
    plan-for-platform-image plan-terms osdisk-type-premium-size ephemeral-size ephemeral-full-caching datadisk-lun-range
    datadisk-count datadisk-fromimage datadisk-ultra-zone nic-max-by-size lb-basic-shared lb-same-vnet-region appgw-subnet
    appgw-shared accelnet-size ext-exists spot-restore-autoscale trusted-launch-gen2 encryption-at-host-feature
    encryption-at-host-size update-sku-dealloc update-etag-stale
""".split()
"""What only a call to Azure can tell: the preflight's."""

BY_COMPARISON = """
    location-immutable spg-immutable zones-cannot-remove fd-count-immutable orchestration-immutable unattend-immutable
    admin-change-api secrets-not-removed osdisk-type-immutable ephemeral-immutable subnet-change ext-remove-dependency
    repair-action-change update-publisher-offer update-image-sku update-image-type update-prefix update-priority
    update-zone-balance update-plan update-manual-note update-auto-note update-patch-arrays update-put-secrets
    patch-min-api
""".split()
"""What only the live scale set beside the update can tell."""

ELSEWHERE = {
    "unknown-property": "the check's own finding, from the JSON Schema",
    "name-case-insensitive": "how ids are compared everywhere, not a fault of a document",
    "password-optional-linux-ssh": "why linux-auth-one-of does not ask for a password",
}


WITHDRAWN = {"flex-spg-true", "flex-upgrade-policy", "uniform-public-ip-sku"}
"""What turned out to be wrong: Azure takes one placement group, upgrade policies and address SKUs there."""

ADDED = set(
    """
    placeholder secret-placeholder template-expression datadisk-lun-max flex-fixed-fd-spg hidden-characters
    look-alike-letters identity-user-ids-empty overprovision-own-vhd service-fabric-overprovision
    spot-restore-needs-spot ultra-zone-unstated
    capacity-reservation-fd capacity-reservation-hosts capacity-reservation-spot capacity-reservation-ultra
    sku-mix-architecture sku-mix-duplicates sku-mix-ephemeral sku-mix-fault-domains sku-mix-flexible sku-mix-no-tier
    sku-mix-placement sku-mix-strategy
    ade-data-disks confidential-encryption datadisk-performance encryption-at-host-confidential ephemeral-detach
    ephemeral-size-limit gallery-app-id gallery-apps-once health-settle-time hibernation-needs public-ip-basic
    write-accelerator-size
    assessment-needs-agent autoos-flex-surge autoos-service-fabric repair-service-fabric
    auto-zones-api auto-zones-balance auto-zones-include-exclude auto-zones-overprovision auto-zones-placement
    auto-zones-with-zones zone-count-least zone-rebalancing zone-share
    agent-needed attestation-trusted-launch gpu-driver-secure-boot health-rich-states hibernation-extension
    intune-windows-server key-vault-client-id key-vault-old-windows known-ext-identity known-ext-mode
    extension-retired nat-pools-retired
    flex-service-fabric flex-size hotpatch-image osdisk-data-only
    """.split()
)
"""What the table does not have."""

CORRECTED = {
    "confidential-secureboot": ("error", "A"),
    "confidential-vtpm": ("error", "A"),
    "encryption-at-host-ade": ("error", "A"),
    "ephemeral-spot-deallocate": ("error", "A"),
    "eviction-needs-spot": ("error", "A"),
    "gallery-apps": ("error", "A"),
    "maxprice-needs-spot": ("error", "A"),
    "capacity-reservation-spg": ("error", "A"),
    "ppg-vs-capacity-reservation": ("error", "A"),
    "sku-mix-profile": ("error", "A"),
    "sku-mix-sizes": ("error", "A"),
    "max-spread-needs-multi-pg": ("warning", "A"),
    "linux-password-needs-flag-false": ("warning", "C"),
}
"""What was graded otherwise before templates and threads showed what Azure takes."""


def test_every_rule_of_the_table_is_somewhere_as_graded() -> None:
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        rule_id, severity, confidence = line.split()
        # What has no source is only warned of.
        rows[rule_id] = ("warning" if confidence == "U" else severity, confidence)
    assert len(rows) == 373
    elsewhere = {*BY_AZURE_ONLY, *BY_COMPARISON, *ELSEWHERE}
    assert rows.keys() - REGISTRY.keys() == elsewhere | WITHDRAWN
    assert REGISTRY.keys() - rows.keys() == ADDED
    graded = {
        rule_id: (entry.severity, entry.confidence) for rule_id, entry in REGISTRY.items() if rule_id in rows
    }
    assert graded == {rule_id: rows[rule_id] for rule_id in graded} | CORRECTED
