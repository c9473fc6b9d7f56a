"""Rules about extensions and gallery applications."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from .. import json_text, paths
from ..paths import Path
from ..presets import PRESETS
from .base import Hit, Hits, rule
from .shapes import moved, repeated, seconds, set_to, url, without
from .view import EXTENSIONS, PROFILE, View, filled, placeholder_in

APPLICATIONS: Final[Path] = (*PROFILE, "applicationProfile", "galleryApplications")

# The id of an application's version: the application, its name. Microsoft's own examples have letters in the subscription
# that no id has.
_APPLICATION: Final = re.compile(
    r"(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/galleries/[^/]+/applications/([^/]+))"
    r"/versions/[^/]+\Z",
    re.IGNORECASE,
)
_MAJOR_MINOR: Final = re.compile(r"\d{1,5}\.\d{1,5}\Z", re.ASCII)
_SECRET_NAME: Final = re.compile(
    r"passw|pwd|secret|account[-_]?key|api[-_]?key|access[-_]?key|private[-_]?key|token|credential",
    re.IGNORECASE,
)
_SECRET_VALUE: Final = re.compile(r"AccountKey=|SharedAccessKey=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY")

# Handlers that exist for one operating system only, by publisher and type.
_HANDLERS: Final = {
    "Windows": (
        "microsoft.compute/customscriptextension",
        "microsoft.compute/bginfo",
        "microsoft.compute/vmaccessagent",
        "microsoft.powershell/dsc",
        "microsoft.azure.diagnostics/iaasdiagnostics",
        "microsoft.enterprisecloud.monitoring/microsoftmonitoringagent",
        "microsoft.managedservices/applicationhealthwindows",
        "microsoft.azure.monitor/azuremonitorwindowsagent",
        "microsoft.azure.monitoring.dependencyagent/dependencyagentwindows",
        "microsoft.azure.security/iaasantimalware",
        "microsoft.azure.security/azurediskencryption",
        "microsoft.azure.keyvault/keyvaultforwindows",
        "microsoft.azure.activedirectory/aadloginforwindows",
        "microsoft.guestconfiguration/configurationforwindows",
    ),
    "Linux": (
        "microsoft.azure.extensions/customscript",
        "microsoft.ostcextensions/customscriptforlinux",
        "microsoft.ostcextensions/vmaccessforlinux",
        "microsoft.ostcextensions/dscforlinux",
        "microsoft.azure.diagnostics/linuxdiagnostic",
        "microsoft.enterprisecloud.monitoring/omsagentforlinux",
        "microsoft.managedservices/applicationhealthlinux",
        "microsoft.azure.monitor/azuremonitorlinuxagent",
        "microsoft.azure.monitoring.dependencyagent/dependencyagentlinux",
        "microsoft.azure.security/azurediskencryptionforlinux",
        "microsoft.azure.keyvault/keyvaultforlinux",
        "microsoft.azure.activedirectory/aadsshloginforlinux",
        "microsoft.guestconfiguration/configurationforlinux",
    ),
}
OS_OF: Final = {preset.handler: preset.system for preset in PRESETS} | {
    handler: os for os, handlers in _HANDLERS.items() for handler in handlers
}

# Handlers that Microsoft lists as able to upgrade themselves.
_SELF_UPGRADING: Final = frozenset(
    """
    advancedthreatprotection.windows agent.linux agent.windows antimalwareconfiguration applicationhealthlinux
    applicationhealthwindows azuremonitorlinuxagent azuremonitorwindowsagent azuresecuritylinuxagent
    azuresecuritywindowsagent changetracking-linux changetracking-windows codeintegrityagent configurationforlinux
    configurationforwindows dependencyagentlinux dependencyagentwindows dnsclientcache dscforlinux dsmsforwindows
    fleetdiagnosticsforwindows gatewayserver genevamonitoring guestattestation hybridworkerforlinux
    hybridworkerforwindows keyvaultforlinux keyvaultforwindows linuxdiagnostic linuxhibernateextension
    linuxhibernatetestextension mde.linux mde.windows microsoftdnsagent microsoftmonitoringagent
    monitoringextensionlinux monitoringextensionwindows networkwatcheragentlinux networkwatcheragentwindows
    omsagentforlinux proxyagentlinux proxyagentwindows servicefabriclinuxnode sqliaasagent sqliaasagentlinux
    vulnerabilityassessment.windows watsonlinuxagent windowsagent windowshibernateextension
    windowshibernatetestextension
    """.split()
)

_SCRIPT_HANDLERS: Final = frozenset(
    (
        "microsoft.compute/customscriptextension",
        "microsoft.azure.extensions/customscript",
        "microsoft.ostcextensions/customscriptforlinux",
    )
)
_SCRIPT_SETTINGS: Final = {
    name.casefold(): name
    for name in (
        "commandToExecute",
        "fileUris",
        "storageAccountName",
        "storageAccountKey",
        "managedIdentity",
        "timestamp",
        "script",
    )
}


def _handler(properties: dict[str, Any]) -> str:
    """Publisher and type of an extension, in small letters."""
    return f"{properties.get('publisher') or ''}/{properties.get('type') or ''}".casefold()


def _settings(properties: dict[str, Any], member: str = "settings") -> dict[str, Any]:
    """The settings where the document holds them. Stored ones are a reference, which names none of them.

    One that is null is none: templates write it so where a condition does not hold.
    """
    value = properties.get(member)
    if not isinstance(value, dict):
        return {}
    return (
        {name: inner for name, inner in value.items() if inner is not None}
        if None in value.values()
        else value
    )


# --------------------------------------------------------------------------------------------------- every extension


@rule("ext-name-required", "Give the extension a name.")
def ext_name_required(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "name"))
        for path, extension, _properties in view.extension_items
        if not extension.get("name")
    ]


@rule("ext-name-unique", "Another extension is called “{name}” too. Rename one of them.", confidence="I")
def ext_name_unique(view: View) -> Hits:
    if not view.extensions:
        return None
    names = [
        (path, item["name"]) for path, item, _properties in view.extension_items if filled(item.get("name"))
    ]
    return [Hit((*path, "name"), {"name": name}) for path, name in repeated(names)]


_MISSING: Final = {
    "publisher": "Say who publishes the extension.",
    "type": "Say which extension of its publisher is meant.",
    "typeHandlerVersion": "State the version of the extension, such as 2.1.",
}


@rule("ext-required-fields", "An extension needs a publisher, a type and a version.")
def ext_required_fields(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "properties", member), message=message)
        for path, _extension, properties in view.extension_items
        for member, message in _MISSING.items()
        if not properties.get(member)
    ]


@rule(
    "ext-type-once",
    "{type} is listed above. An instance can have each extension once; put both into one.",
)
def ext_type_once(view: View) -> Hits:
    if not view.extensions:
        return None
    handlers = [
        ((path, properties["type"]), _handler(properties))
        for path, _extension, properties in view.extension_items
        if filled(properties.get("type")) and filled(properties.get("publisher"))
    ]
    return [
        Hit((*path, "properties", "type"), {"type": f"“{kind}”"})
        for (path, kind), _handler_name in repeated(handlers)
    ]


@rule(
    "ext-version-format",
    "Write the version as major and minor number, such as 1.10. Azure takes the newest of it.",
)
def ext_version_format(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "properties", "typeHandlerVersion"))
        for path, _extension, properties in view.extension_items
        if filled(version := properties.get("typeHandlerVersion")) and not _MAJOR_MINOR.match(version)
    ]


@rule(
    "ext-version-string",
    "Write the version in quotation marks. As a number 1.10 turns into 1.1.",
    confidence="I",
    misfit=True,
)
def ext_version_string(view: View) -> Hits:
    hits = []
    for path, properties in _raw_items(view):
        version = properties.get("typeHandlerVersion")
        if isinstance(version, int | float) and not isinstance(version, bool):
            place = (*path, "typeHandlerVersion")
            written = str(version) if isinstance(version, float) else f"{version}.0"
            hits.append(Hit(place, fix=set_to(place, written, f"Write “{written}”")))
    return hits


def _raw_items(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """Path and value of each extension's `properties` in the document as it was given."""
    extensions = paths.get(view.raw, EXTENSIONS)
    return [
        ((*EXTENSIONS, position, "properties"), extension["properties"])
        for position, extension in enumerate(extensions if isinstance(extensions, list) else ())
        if isinstance(extension, dict) and isinstance(extension.get("properties"), dict)
    ]


@rule("ext-os-match", "“{type}” is for {os}. Use the one for {other}, or another image.")
def ext_os_match(view: View) -> Hits:
    if view.os is None:
        return None
    return [
        Hit((*path, "properties", "type"), {"type": properties["type"], "os": wanted, "other": view.os})
        for path, _extension, properties in view.extension_items
        if (wanted := OS_OF.get(_handler(properties))) is not None and wanted != view.os
    ]


@rule("ext-settings-object", "Settings are a JSON object, in braces.", misfit=True)
def ext_settings_object(view: View) -> Hits:
    hits = []
    for path, properties in _raw_items(view):
        for member in ("settings", "protectedSettings"):
            value = properties.get(member, {})
            if not isinstance(value, dict):
                # Settings written as text are unpacked; protected ones stay where they are, out of every fix.
                meant = _object(value) if member == "settings" else None
                place = (*path, member)
                broken = isinstance(value, str)
                fix = set_to(place, meant, "Make it an object") if meant is not None else None
                message = "Settings are a JSON object. {why}" if broken else ""
                hits.append(Hit(place, {"why": json_text.fault(value)} if broken else {}, fix, message))
    return hits


def _object(written: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@rule(
    "ext-settings-required",
    "This API version asks for settings, even empty ones. Add an empty object.",
    severity="warning",
    since="2016-04-30-preview",
    until="2016-04-30-preview",
)
def ext_settings_required(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit(
            (*path, "properties", "settings"),
            fix=set_to((*path, "properties", "settings"), {}, "Write empty settings"),
        )
        for path, _extension, properties in view.extension_items
        if "settings" not in properties
    ]


@rule(
    "ext-protected-exclusive",
    "Protected settings are given here or taken from a key vault, not both. Remove one of them.",
    since="2021-11-01",
)
def ext_protected_exclusive(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "properties", "protectedSettingsFromKeyVault"))
        for path, _extension, properties in view.extension_items
        if properties.get("protectedSettings") and properties.get("protectedSettingsFromKeyVault")
    ]


@rule(
    "ext-protected-kv-fields",
    "{cure}.",
    since="2022-03-01",
)
def ext_protected_kv_fields(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, _extension, properties in view.extension_items:
        place = (*path, "properties", "protectedSettingsFromKeyVault")
        vault = properties.get("protectedSettingsFromKeyVault")
        if vault is not None and not vault.get("secretUrl"):
            cure = "Enter the address of the secret that holds the protected settings"
            hits.append(Hit((*place, "secretUrl"), {"cure": cure}))
        if vault is not None and not (vault.get("sourceVault") or {}).get("id"):
            cure = "Choose the key vault that holds the protected settings"
            hits.append(Hit((*place, "sourceVault"), {"cure": cure}))
    return hits


@rule(
    "ext-secret-in-settings",
    "This looks like a secret, and settings can be read by many. Move it to the protected settings.",
    severity="warning",
)
def ext_secret_in_settings(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "properties", "settings", name))
        for path, _extension, properties in view.extension_items
        for name, value in _settings(properties).items()
        if (_SECRET_NAME.search(name) and isinstance(value, str) and value)
        or any(_SECRET_VALUE.search(written) for written in _texts(value))
    ]


def _texts(value: Any) -> list[str]:
    """The texts in a setting: itself, or the items of a list."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [value] if isinstance(value, str) else []


@rule(
    "ext-upgrade-flags",
    "Not every extension can upgrade itself, and “{type}” is not known to. Check its page, or switch automatic upgrade off.",
    severity="warning",
    confidence="I",
    since="2020-06-01",
)
def ext_upgrade_flags(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "properties", "enableAutomaticUpgrade"), {"type": kind})
        for path, _extension, properties in view.extension_items
        if properties.get("enableAutomaticUpgrade") is True
        and filled(kind := properties.get("type"))
        and kind.casefold() not in _SELF_UPGRADING
    ]


# ---------------------------------------------------------------------------------------------------- order and time


@rule(
    "ext-depends-exist",
    "This extension waits for “{name}”, which this scale set does not have. Correct the name, or remove it.",
    since="2018-06-01",
)
def ext_depends_exist(view: View) -> Hits:
    if not view.extensions:
        return None
    names = {str(extension.get("name")).casefold() for extension in view.extensions}
    if any(placeholder_in(name) for name in names):
        return None
    return [
        Hit((*path, "properties", "provisionAfterExtensions", position), {"name": name})
        for path, _extension, properties in view.extension_items
        for position, name in enumerate(properties.get("provisionAfterExtensions") or ())
        if name.casefold() not in names and placeholder_in(name) is None
    ]


@rule(
    "ext-depends-cycle",
    "These extensions wait for each other and none would start: {cycle}. Remove one of the dependencies.",
    since="2018-06-01",
)
def ext_depends_cycle(view: View) -> Hits:
    waits = {
        str(extension.get("name")).casefold(): [name.casefold() for name in after]
        for _path, extension, properties in view.extension_items
        if (after := properties.get("provisionAfterExtensions"))
    }
    if not waits:
        return None
    hits, reported = [], set[str]()
    for path, extension, _properties in view.extension_items:
        name = str(extension.get("name")).casefold()
        if name not in reported:
            cycle = _cycle(name, waits)
            if cycle:
                reported.update(cycle)
                hits.append(
                    Hit(
                        (*path, "properties", "provisionAfterExtensions"),
                        {"cycle": " → ".join([*cycle, name])},
                    )
                )
    return hits


def _cycle(start: str, waits: dict[str, list[str]]) -> list[str]:
    """The extensions on the way from `start` back to itself, empty when there is no such way."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there in waits.get(here, ()):
            if there == start:
                back = [here]
                while back[-1] != start:
                    back.append(came[back[-1]])
                return back[::-1]
            if there not in came:
                came[there] = here
                waiting.append(there)
    return []


@rule(
    "ext-depends-settings",
    "Another extension waits for this one, which only works when it has settings. Add an empty object if it needs none.",
    since="2018-06-01",
)
def ext_depends_settings(view: View) -> Hits:
    if not view.extensions:
        return None
    wanted = {
        name.casefold()
        for _path, _extension, properties in view.extension_items
        for name in properties.get("provisionAfterExtensions") or ()
    }
    return [
        Hit(
            (*path, "properties", "settings"),
            fix=set_to((*path, "properties", "settings"), {}, "Write empty settings"),
        )
        for path, extension, properties in view.extension_items
        if "settings" not in properties and str(extension.get("name")).casefold() in wanted
    ]


@rule(
    "ext-budget",
    "All extensions together get 15 minutes to 2 hours. Write a time such as PT1H30M.",
    since="2020-06-01",
)
def ext_budget(view: View) -> Hits:
    budget = view.extension_profile.get("extensionsTimeBudget")
    if not filled(budget):
        return None
    length = seconds(budget)
    if length is not None and 15 * 60 <= length <= 120 * 60:
        return None
    return Hit((*PROFILE, "extensionProfile", "extensionsTimeBudget"))


# ------------------------------------------------------------------------------------------------------ custom script


def _scripts(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """Path and `properties` of each custom script extension."""
    return [
        ((*path, "properties"), properties)
        for path, _extension, properties in view.extension_items
        if _handler(properties) in _SCRIPT_HANDLERS
    ]


def _hidden(properties: dict[str, Any]) -> bool:
    """Whether there are protected settings that the document does not show."""
    protected = properties.get("protectedSettings")
    return bool(properties.get("protectedSettingsFromKeyVault")) or (
        isinstance(protected, dict) and "$secret" in protected
    )


@rule("cse-command-required", "Enter the command that the script extension runs, as commandToExecute.")
def cse_command_required(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        if not _hidden(properties):
            names = {*_settings(properties), *_settings(properties, "protectedSettings")}
            # The handler for Linux takes a whole script in place of a command.
            if names.isdisjoint(("commandToExecute", "script")):
                hits.append(Hit((*path, "settings", "commandToExecute")))
    return hits


@rule(
    "cse-command-once", "“{name}” is in the settings and in the protected settings. Put it in one place only."
)
def cse_command_once(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, "settings", name), {"name": name}, None)
        for path, properties in _scripts(view)
        for name in ("commandToExecute", "fileUris", "script")
        if name in _settings(properties) and name in _settings(properties, "protectedSettings")
    ]


@rule("cse-key-case", "The script extension reads “{right}”, spelled exactly so. Rename it.")
def cse_key_case(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        for member in ("settings", "protectedSettings"):
            settings = _settings(properties, member)
            for name in settings:
                right = _SCRIPT_SETTINGS.get(name.casefold())
                if right is not None and right != name:
                    place = (*path, member, name)
                    fix = (
                        moved(place, (*path, member, right), f"Rename to {right}")
                        if right not in settings
                        else None
                    )
                    hits.append(Hit(place, {"right": right}, fix))
    return hits


@rule("cse-storage-pair", "{cure}.")
def cse_storage_pair(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        public, protected = _settings(properties), _settings(properties, "protectedSettings")
        for name in ("storageAccountName", "storageAccountKey"):
            if name in public:
                cure = f"Move {name} to the protected settings: it is not read here"
                hits.append(Hit((*path, "settings", name), {"cure": cure}))
        for name, other in (
            ("storageAccountName", "storageAccountKey"),
            ("storageAccountKey", "storageAccountName"),
        ):
            if name in protected and other not in protected and other not in public:
                cure = f"Add {other}: the storage account's name and key only work together"
                hits.append(Hit((*path, "protectedSettings", other), {"cure": cure}))
    return hits


@rule(
    "cse-storage-fileuris",
    "With the key of a storage account every file must be in Azure blob storage. Move this one there, or drop the key.",
)
def cse_storage_fileuris(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        protected = _settings(properties, "protectedSettings")
        if "storageAccountKey" in protected:
            for member in ("settings", "protectedSettings"):
                files = _settings(properties, member).get("fileUris")
                for position, written in enumerate(files if isinstance(files, list) else ()):
                    if filled(written) and (
                        (parts := url(written)) is None or ".blob." not in (parts.hostname or "")
                    ):
                        hits.append(Hit((*path, member, "fileUris", position)))
    return hits


@rule("cse-identity", "{cure}.")
def cse_identity(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        protected = _settings(properties, "protectedSettings")
        if "managedIdentity" in _settings(properties):
            cure = "Move managedIdentity to the protected settings: it is not read here"
            hits.append(Hit((*path, "settings", "managedIdentity"), {"cure": cure}))
        if "managedIdentity" in protected and not {"storageAccountName", "storageAccountKey"}.isdisjoint(
            protected
        ):
            cure = "Use a managed identity or the storage account's key, not both"
            hits.append(Hit((*path, "protectedSettings", "managedIdentity"), {"cure": cure}))
    return hits


@rule(
    "cse-timestamp", "The timestamp must be a whole number of at most 2,147,483,647, without quotation marks."
)
def cse_timestamp(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, properties in _scripts(view):
        stamp = _settings(properties).get("timestamp", 0)
        if not isinstance(stamp, int) or isinstance(stamp, bool) or not -(2**31) <= stamp < 2**31:
            hits.append(Hit((*path, "settings", "timestamp")))
    return hits


# -------------------------------------------------------------------------------------------------- application health


def _health(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """Path and settings of each application health extension that has its settings here."""
    return [
        ((*path, "properties", "settings"), _settings(properties))
        for path, _extension, properties in view.extension_items
        if str(properties.get("type")).casefold() in ("applicationhealthlinux", "applicationhealthwindows")
    ]


@rule("health-ext-proto", "{cure}.", since="2018-10-01")
def health_ext_proto(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, settings in _health(view):
        protocol = settings.get("protocol")
        if isinstance(protocol, str) and placeholder_in(protocol):
            continue
        if not isinstance(protocol, str) or protocol.casefold() not in ("http", "https", "tcp"):
            hits.append(
                Hit(
                    (*path, "protocol"),
                    {"cure": "Choose http, https or tcp as the protocol of the health check"},
                )
            )
        elif protocol.casefold() == "tcp":
            if "port" not in settings:
                hits.append(
                    Hit((*path, "port"), {"cure": "Enter the port that the health check connects to"})
                )
            if "requestPath" in settings:
                cure = "Remove the request path: a tcp health check only connects"
                hits.append(Hit((*path, "requestPath"), {"cure": cure}))
        elif not settings.get("requestPath"):
            hits.append(
                Hit(
                    (*path, "requestPath"),
                    {"cure": "Enter the path that the health check asks for, such as /health"},
                )
            )
    return hits


@rule("health-ext-ranges", "“{name}” must be from {least:,} to {most:,}. Correct it.", since="2018-10-01")
def health_ext_ranges(view: View) -> Hits:
    if not view.extensions:
        return None
    return [
        Hit((*path, name), {"name": name, "least": least, "most": most})
        for path, settings in _health(view)
        for name, least, most in (
            ("intervalInSeconds", 5, 60),
            ("numberOfProbes", 1, 24),
            ("gracePeriod", 0, 14_400),
        )
        if isinstance(value := settings.get(name), int) and not least <= value <= most
    ]


@rule(
    "health-settle-time",
    "The extension takes interval times number of probes up to 240 seconds, and this is {length:,}. Use {most} probes or fewer.",
    confidence="C",
    since="2018-10-01",
)
def health_settle_time(view: View) -> Hits:
    if not view.extensions:
        return None
    hits = []
    for path, settings in _health(view):
        interval, probes = settings.get("intervalInSeconds"), settings.get("numberOfProbes")
        if not isinstance(interval, int) or not isinstance(probes, int) or not 5 <= interval <= 60:
            # An interval that is out of range has a finding of its own.
            continue
        most = 240 // interval
        if probes > most:
            # Azure takes it, and the extension fails on every instance.
            place = (*path, "numberOfProbes")
            values = {"length": interval * probes, "most": most}
            hits.append(Hit(place, values, set_to(place, most, f"Use {most} probes")))
    return hits


# ------------------------------------------------------------------------------------------------ gallery applications


@rule("gallery-apps", "{cure}.", since="2021-07-01")
def gallery_apps(view: View) -> Hits:
    applications = _applications(view)
    hits = [
        Hit(
            (*APPLICATIONS, position, "packageReferenceId"),
            {"cure": "Choose the version of the gallery application"},
        )
        for position, application in enumerate(applications)
        if not application.get("packageReferenceId")
    ]
    if len(applications) > 25:
        cure = f"Instances can have at most 25 gallery applications and these are {len(applications)}. Remove some"
        hits.append(Hit(APPLICATIONS, {"cure": cure}))
    return hits


@rule(
    "gallery-app-id",
    "This is not the ID of an application's version. It ends in Microsoft.Compute/galleries, a gallery, applications, a name, "
    "versions and a version.",
    since="2021-07-01",
)
def gallery_app_id(view: View) -> Hits:
    return [
        Hit((*APPLICATIONS, position, "packageReferenceId"))
        for position, application in enumerate(_applications(view))
        if filled(named := application.get("packageReferenceId")) and _APPLICATION.match(named) is None
    ]


@rule(
    "gallery-apps-once",
    "The application “{name}” is listed above. An instance has one version of it; remove this one.",
    since="2021-07-01",
)
def gallery_apps_once(view: View) -> Hits:
    named = [
        ((position, found[2]), found[1])
        for position, application in enumerate(_applications(view))
        if filled(written := application.get("packageReferenceId")) and (found := _APPLICATION.match(written))
    ]
    return [
        Hit(
            (*APPLICATIONS, position, "packageReferenceId"),
            {"name": name},
            without((*APPLICATIONS, position), "Remove this one"),
        )
        for (position, name), _id in repeated(named)
    ]


def _applications(view: View) -> list[dict[str, Any]]:
    return (view.profile.get("applicationProfile") or {}).get("galleryApplications") or []
