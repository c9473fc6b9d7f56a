"""Extensions: software that the VM agent installs and runs on each instance."""

from __future__ import annotations

from ..properties import Boolean, Json, List, Part, Single, Text
from ..wording import Said
from .references import SettingsVaultReference


class KeyVaultSecretReference(Part):
    """A secret of a key vault that holds protected settings."""

    secret_url = Text(
        "Secret URL",
        kind="keyVaultSecret",
        required=True,
        help="The versioned address of the secret whose value is the protected settings as JSON.",
        example="https://kv-shop.vault.azure.net/secrets/setup/0123456789abcdef0123456789abcdef",
    )
    source_vault = Single("Key vault", SettingsVaultReference, required=True, inline=True)


class ExtensionProperties(Part):
    """Which extension, and its settings."""

    publisher = Text(
        "Publisher",
        kind="extensionPublisher",
        essential=True,
        help="Who publishes the extension handler.",
        example="Microsoft.Azure.Extensions",
    )
    type = Text(
        "Type",
        kind="extensionType",
        essential=True,
        help="The handler's name at its publisher. One instance can have each handler once.",
        example="CustomScript",
    )
    type_handler_version = Text(
        "Handler version",
        kind="extensionVersion",
        essential=True,
        help="Major and minor version of the handler, as text: 2.1, not 2.1.3.",
        example="2.1",
    )
    auto_upgrade_minor_version = Boolean(
        "Take newer minor versions",
        essential=True,
        help=(
            "Whether an instance takes the newest minor version when the extension is installed. Later versions "
            "come only when it is deployed again. Off if not set."
        ),
    )
    settings = Json(
        "Settings",
        objects=True,
        essential=True,
        help="The handler's public settings. Anyone who may read the scale set can read them: no secrets here.",
        example='{"fileUris": ["https://stshop.blob.core.windows.net/scripts/setup.sh"]}',
    )
    protected_settings = Json(
        "Protected settings",
        objects=True,
        secret=True,
        essential=True,
        help=(
            "Settings with secrets, encrypted on the way and opened on the instance only. Azure never returns them. "
            "Names are case-sensitive."
        ),
        example='{"commandToExecute": "sh setup.sh"}',
    )
    force_update_tag = Text(
        "Force update tag",
        since="2017-03-30",
        taken_since="2015-06-15",
        help="Any text. When it changes, the extension runs again even if its settings are the same.",
        example="2025-06-01",
    )
    provision_after_extensions = List(
        "Install after",
        Text("Extension name", help="The name of another extension of this scale set.", example="setup"),
        singular="extension",
        since="2018-06-01",
        help="Extensions that must be installed before this one. Any order if not set.",
    )
    enable_automatic_upgrade = Boolean(
        "Automatic upgrade",
        since="2020-06-01",
        taken_since="2016-03-30",
        help=(
            (
                "Azure upgrades the extension in batches when its publisher brings out a new version. Not all "
                "extensions can."
            ),
            Said("Off if not set.", until="2024-11-01"),
            Said("On if not set, where the extension can.", since="2025-04-01"),
        ),
    )
    suppress_failures = Boolean(
        "Suppress failures",
        since="2021-07-01",
        help=(
            "A failing extension does not fail the instance. An instance that cannot be reached still fails. Off "
            "if not set."
        ),
    )
    protected_settings_reference = Json(
        "Protected settings from key vault",
        wire="protectedSettingsFromKeyVault",
        objects=True,
        since="2021-11-01",
        until="2021-11-01",
        help=(
            "Where a key vault holds the protected settings: an object with secretUrl and sourceVault. Use this "
            "or protected settings, not both."
        ),
        example='{"secretUrl": "https://...", "sourceVault": {"id": "/subscriptions/..."}}',
    )
    protected_settings_from_key_vault = Single(
        "Protected settings from key vault",
        KeyVaultSecretReference,
        since="2022-03-01",
        help=(
            "Where a key vault holds the protected settings, so that they never pass through this request. Use "
            "this or protected settings, not both."
        ),
    )
    provisioning_state = Text(
        "Extension provisioning state",
        read_only=True,
        help="How the last change of the extension ended. Azure writes it.",
    )


class Extension(Part):
    """One extension that every instance gets."""

    summary = ("name", "properties.publisher", "properties.type")

    name = Text(
        "Extension name",
        essential=True,
        help="Names the extension in this scale set. Two extensions cannot share a name.",
        example="setup",
    )
    properties = Single("Extension settings", ExtensionProperties, inline=True)
    id = Text("Extension resource ID", read_only=True, help="Azure writes it.")
    type = Text("Extension resource type", since="2019-07-01", read_only=True, help="Azure writes it.")


class ExtensionProfile(Part):
    """The extensions of the instances."""

    extensions = List(
        "Extensions",
        Extension,
        singular="extension",
        essential=True,
        help="Installed on each instance after it starts, in any order unless you set one.",
    )
    extensions_time_budget = Text(
        "Time for all extensions",
        since="2020-06-01",
        suggestions=("PT30M", "PT1H30M", "PT2H"),
        help="How long all extensions may take to start, from PT15M to PT120M. 90 minutes if not set.",
        example="PT1H30M",
    )
