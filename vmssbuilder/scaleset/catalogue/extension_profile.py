"""Extensions: software that the VM agent installs and runs on each instance."""

from __future__ import annotations

from ..properties import Boolean, Json, List, Part, Single, Text


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
            "Whether an instance takes the newest minor version when the extension is installed. Once installed it is "
            "not upgraded by this until it is deployed again."
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


class ExtensionProfile(Part):
    """The extensions of the instances."""

    extensions = List(
        "Extensions",
        Extension,
        singular="extension",
        essential=True,
        help="Installed on each instance after it starts, in any order unless you set one.",
    )
