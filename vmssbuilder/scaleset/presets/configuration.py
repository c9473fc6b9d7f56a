"""What configures the operating system: DSC and machine configuration."""

from __future__ import annotations

from typing import Final

from ..properties import Choice, Json, Part, Single, Text, Value
from ..retirements import retired
from .declared import IDENTITY, Preset, both


class DscConfiguration(Part):
    """Which configuration is applied."""

    url = Text(
        "Configuration package",
        essential=True,
        help="The address of the zip file that holds the configuration script and its modules.",
        example="https://stshop.blob.core.windows.net/dsc/web.zip",
    )
    script = Text(
        "Configuration script",
        essential=True,
        help="The script inside the package that defines the configuration.",
        example="Web.ps1",
    )
    function = Text(
        "Configuration name",
        essential=True,
        help="The name of the configuration in that script.",
        example="WebServer",
    )


class DscData(Part):
    """The data of the configuration."""

    url = Text(
        "Configuration data",
        help="The address of a .psd1 file with data for the configuration.",
        example="https://stshop.blob.core.windows.net/dsc/web.psd1",
    )


class DscPrivacy(Part):
    """What the handler reports to Microsoft."""

    data_collection = Choice(
        "Usage data",
        (
            Value("enable", "Send", "The handler tells Microsoft how it is used."),
            Value("disable", "Do not send", "No usage data is sent."),
        ),
        help="Whether the handler sends usage data to Microsoft. It does if not set.",
    )


class DscSettings(Part):
    """Public settings of the DSC handler."""

    configuration = Single("Configuration", DscConfiguration, inline=True)
    configuration_arguments = Json(
        "Configuration arguments",
        help="An object with the parameters of the configuration. No secrets here.",
        example='{"SiteName": "shop"}',
    )
    configuration_data = Single("Data", DscData, inline=True)
    wmf_version = Text(
        "WMF version",
        suggestions=("latest", "4.0", "5.0", "5.1"),
        help="The Windows Management Framework to install. The newest if not set.",
        example="latest",
    )
    privacy = Single("Privacy", DscPrivacy, inline=True)


class DscSecrets(Part):
    """Protected settings of the DSC handler."""

    configuration_arguments = Json(
        "Secret arguments",
        secret=True,
        essential=True,
        help="An object with parameters of the configuration that hold secrets, such as credentials.",
        example='{"Credential": {"userName": "svc", "password": "..."}}',
    )
    configuration_url_sas_token = Text(
        "Package SAS token", secret=True, help="The shared access signature that opens the package."
    )
    configuration_data_url_sas_token = Text(
        "Data SAS token", secret=True, help="The shared access signature that opens the configuration data."
    )


PRESETS: Final = (
    *both(
        "machine-configuration",
        title=("Machine configuration for Linux", "Machine configuration for Windows"),
        said="Lets Azure Policy audit and set what is inside the instances. Assignments decide what.",
        called="MachineConfiguration",
        publisher="Microsoft.GuestConfiguration",
        kind=("ConfigurationForLinux", "ConfigurationForWindows"),
        version="1.0",
        since=IDENTITY,
        identity="any",
        with_it="machine configuration assignments from Azure Policy",
        upgrades=True,
    ),
    Preset(
        name="dsc",
        title="Desired State Configuration (DSC)",
        said=f"Applies a PowerShell DSC configuration. {retired('dsc')} Microsoft recommends machine configuration instead.",
        system="Windows",
        called="DSC",
        publisher="Microsoft.Powershell",
        kind="DSC",
        version="2.77",
        settings=DscSettings,
        protected=DscSecrets,
    ),
)
