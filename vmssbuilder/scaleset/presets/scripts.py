"""The custom script extensions."""

from __future__ import annotations

from typing import Final

from ..properties import Boolean, Integer, Json, List, Part, Text
from ..wording import Said
from .declared import IDENTITY, USER_ASSIGNED, both

_FILES: Final = "Fetched before the command runs, into the folder that it runs in. Anyone who may read the scale set can read these addresses; one with a signature (SAS) belongs below, among the secret files."
_OPEN_COMMAND: Final = "A command without secrets. Give the command here or as a protected one, never both."
_COMMAND: Final = (
    "What runs on each instance once the files are there. Kept secret, since commands tend to carry keys."
)
_POWERSHELL: Final = "powershell -ExecutionPolicy Unrestricted -File setup.ps1"


class ScriptSettings(Part):
    """Public settings of both custom script handlers."""

    file_uris = List(
        "Files to download",
        Text(
            "File address",
            help="Where the instance fetches one file from.",
            example="https://stshop.blob.core.windows.net/scripts/setup.sh",
        ),
        singular="file",
        essential=True,
        help=_FILES,
    )
    command_to_execute = Text(
        "Command that readers can see",
        multiline=True,
        help=_OPEN_COMMAND,
        example="sh setup.sh",
    )
    timestamp = Integer(
        "Run again",
        maximum=2_147_483_647,
        minimum=-2_147_483_648,
        help="Any whole number. When it changes, the script runs again even if nothing else did.",
        example="20250601",
    )


class WindowsScriptSettings(ScriptSettings):
    """Public settings of the custom script handler for Windows."""

    file_uris = List(
        "Files to download",
        Text(
            "File address",
            help="Where the instance fetches one file from.",
            example="https://stshop.blob.core.windows.net/scripts/setup.ps1",
        ),
        singular="file",
        essential=True,
        help=_FILES,
    )
    command_to_execute = Text(
        "Command that readers can see",
        multiline=True,
        help=_OPEN_COMMAND,
        example=_POWERSHELL,
    )


class LinuxScriptSettings(ScriptSettings):
    """Public settings of the custom script handler for Linux."""

    skip_dos2_unix = Boolean(
        "Leave line ends alone",
        wire="skipDos2Unix",
        help="If not set, Windows line ends and a byte order mark are taken out of scripts.",
    )


class ScriptSecrets(Part):
    """Protected settings of both custom script handlers."""

    command_to_execute = Text(
        "Command",
        secret=True,
        script=True,
        multiline=True,
        essential=True,
        help=_COMMAND,
        example="sh setup.sh",
    )
    file_uris = Json(
        "Secret files to download",
        secret=True,
        objects=False,
        help="A JSON list of addresses that nobody may read, such as those with a signature (SAS). Use this or the list of files above, not both.",
        example='["https://stshop.blob.core.windows.net/scripts/setup.sh?sv=..."]',
    )
    storage_account_name = Text(
        "Storage account name",
        secret=True,
        help="The storage account with the files, if they are not public. Needs the key as well.",
        example="stshop",
    )
    storage_account_key = Text(
        "Storage account key", secret=True, help="The access key of that storage account."
    )
    managed_identity = Json(
        "Managed identity for downloads",
        secret=True,
        since=IDENTITY,
        help=(
            "Fetches the files with an identity of the scale set instead of a key.",
            Said("Use {} for its identity.", until="2017-03-30"),
            Said(
                "Use {} for the system-assigned identity, or name another by clientId or objectId.",
                since=USER_ASSIGNED,
            ),
        ),
        example='{"clientId": "31b403aa-c364-4240-a7ff-d85fb6cd7232"}',
    )


class WindowsScriptSecrets(ScriptSecrets):
    """Protected settings of the custom script handler for Windows."""

    command_to_execute = Text(
        "Command",
        secret=True,
        script=True,
        multiline=True,
        essential=True,
        help=_COMMAND,
        example=_POWERSHELL,
    )
    file_uris = Json(
        "Secret files to download",
        secret=True,
        objects=False,
        help="A JSON list of addresses that nobody may read, such as those with a signature (SAS). Use this or the list of files above, not both.",
        example='["https://stshop.blob.core.windows.net/scripts/setup.ps1?sv=..."]',
    )


class LinuxScriptSecrets(ScriptSecrets):
    """Protected settings of the custom script handler for Linux."""

    script = Text(
        "Script",
        secret=True,
        script=True,
        multiline=True,
        base64=True,
        help="A whole script of up to 256 KB in place of files and a command. Sent as Base64.",
        example="#!/bin/sh\napt-get update",
    )


PRESETS: Final = both(
    "custom-script",
    title=("Custom Script for Linux", "Custom Script for Windows"),
    said="Downloads files and runs a command once on each new instance. It has 90 minutes, and must not restart the instance itself.",
    called="CustomScript",
    publisher=("Microsoft.Azure.Extensions", "Microsoft.Compute"),
    kind=("CustomScript", "CustomScriptExtension"),
    version=("2.1", "1.10"),
    settings=(LinuxScriptSettings, WindowsScriptSettings),
    protected=(LinuxScriptSecrets, WindowsScriptSecrets),
    role=(
        "The instances must reach the files.",
        Said("An identity that fetches them needs the role Storage Blob Data Reader.", since=IDENTITY),
    ),
)
