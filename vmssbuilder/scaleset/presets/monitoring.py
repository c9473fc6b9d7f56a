"""Agents that send logs, metrics and changes to Azure Monitor, and what helps to diagnose the network."""

from __future__ import annotations

from typing import Final

from ..properties import Choice, Json, Part, Single, Text, Value
from ..retirements import retired
from .declared import IDENTITY, USER_ASSIGNED, both


class AgentIdentity(Part):
    """The user-assigned identity that an agent signs in with."""

    name = Choice(
        "Identity named by",
        (
            Value("mi_res_id", "Resource ID", "The full resource ID of the identity."),
            Value("object_id", "Object ID", "The ID of its service principal."),
            Value("client_id", "Client ID", "The ID of its application."),
        ),
        wire="identifier-name",
        essential=True,
        help="Which kind of ID you enter below. Leave both empty to use the system-assigned identity.",
    )
    value = Text(
        "User-assigned identity",
        wire="identifier-value",
        essential=True,
        help="The identity of the scale set that the agent sends its data with.",
        example=(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/"
            "Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"
        ),
    )


class AgentAuthentication(Part):
    """How an agent signs in."""

    managed_identity = Single("Identity", AgentIdentity, wire="managedIdentity", inline=True)


class AgentProxy(Part):
    """The proxy that an agent goes through."""

    mode = Choice(
        "Proxy",
        (
            Value("none", "None", "The agent connects directly."),
            Value("application", "Its own", "The agent uses the proxy at the address below."),
        ),
        help="Whether the agent goes through a proxy. It does not if not set.",
    )
    address = Text("Proxy address", help="The proxy and its port.", example="http://proxy.shop.internal:8080")
    auth = Choice(
        "Proxy sign-in",
        (
            Value("true", "Needed", "With the user name and password among the protected settings."),
            Value("false", "Not needed", "The proxy lets everyone through."),
        ),
        help="Whether the proxy needs a user name and password. Sent as the text true or false.",
    )


class AgentSettings(Part):
    """Settings of the Azure Monitor agents."""

    authentication = Single("Agent sign-in", AgentAuthentication, since=USER_ASSIGNED, inline=True)
    proxy = Single("Agent proxy", AgentProxy, inline=True)


class DependencySettings(Part):
    """Settings of the dependency agents."""

    enable_ama = Choice(
        "Send through the Azure Monitor agent",
        (
            Value("true", "Yes", "Needs the Azure Monitor agent on the same instance."),
            Value("false", "No", f"For the Log Analytics agent. {retired('log-analytics-agent')}"),
        ),
        wire="enableAMA",
        essential=True,
        help="Which agent sends the data. Choose Yes: there is no other agent any more.",
    )


class ProxySecrets(Part):
    """Protected settings of the Azure Monitor agents."""

    proxy = Json(
        "Proxy user name and password",
        secret=True,
        help="An object with username and password, for a proxy that needs them.",
        example='{"username": "svc-proxy", "password": "..."}',
    )


PRESETS: Final = (
    *both(
        "azure-monitor",
        title=("Azure Monitor Agent for Linux", "Azure Monitor Agent for Windows"),
        said="Sends logs and metrics to Azure Monitor. Data collection rules decide what it collects.",
        called="AzureMonitorAgent",
        publisher="Microsoft.Azure.Monitor",
        kind=("AzureMonitorLinuxAgent", "AzureMonitorWindowsAgent"),
        version=("1.21", "1.0"),
        settings=AgentSettings,
        protected=ProxySecrets,
        since=IDENTITY,
        identity="any",
        with_it="a data collection rule associated with the scale set",
        upgrades=True,
    ),
    *both(
        "dependency-agent",
        title=("Dependency agent for Linux", "Dependency agent for Windows"),
        said=f"Feeds the map of VM insights with processes and connections. {retired('dependency-agent')} Microsoft takes no new subscriptions for it.",
        called="DependencyAgent",
        publisher="Microsoft.Azure.Monitoring.DependencyAgent",
        kind=("DependencyAgentLinux", "DependencyAgentWindows"),
        version="9.10",
        settings=DependencySettings,
        with_it="the Azure Monitor agent",
        upgrades=True,
    ),
    *both(
        "change-tracking",
        title=("Change tracking for Linux", "Change tracking for Windows"),
        said="Records changes of files, software and services for Azure Change Tracking and Inventory.",
        called="ChangeTracking",
        publisher="Microsoft.Azure.ChangeTrackingAndInventory",
        kind=("ChangeTracking-Linux", "ChangeTracking-Windows"),
        version="2.0",
        since=IDENTITY,
        identity="any",
        with_it="the Azure Monitor agent with a data collection rule for change tracking",
        upgrades=True,
    ),
    *both(
        "network-watcher",
        title=("Network Watcher agent for Linux", "Network Watcher agent for Windows"),
        said="Lets Network Watcher capture packets on instances and test connections from them.",
        called="NetworkWatcherAgent",
        publisher="Microsoft.Azure.NetworkWatcher",
        kind=("NetworkWatcherAgentLinux", "NetworkWatcherAgentWindows"),
        version="1.4",
        with_it="Network Watcher in the region",
        upgrades=True,
    ),
)
