"""Extensions that belong to a service or a feature of Azure: Service Fabric, Azure Automation, hibernation."""

from __future__ import annotations

from typing import Final

from ..properties import Boolean, Choice, Part, Single, Text, Value
from .declared import IDENTITY, both


class ClusterCertificate(Part):
    """The certificate that secures the cluster."""

    thumbprint = Text(
        "Cluster certificate",
        essential=True,
        help="The thumbprint of the cluster's certificate. It must be among the certificates to install.",
        example="0123456789ABCDEF0123456789ABCDEF01234567",
    )
    x509_store_name = Text(
        "Certificate store",
        wire="x509StoreName",
        suggestions=("My",),
        help="The store that holds it.",
        example="My",
    )


class FabricSettings(Part):
    """Settings of a Service Fabric node."""

    cluster_endpoint = Text(
        "Cluster endpoint",
        essential=True,
        help="The clusterEndpoint of the Service Fabric cluster resource.",
        example="https://westeurope.servicefabric.azure.com/runtime/clusters/0123",
    )
    node_type_ref = Text(
        "Node type",
        essential=True,
        help="The name of the cluster's node type that this scale set is.",
        example="web",
    )
    durability_level = Choice(
        "Durability level",
        (
            Value("Bronze", "Bronze", "No say in Azure's maintenance. For stateless node types only."),
            Value(
                "Silver",
                "Silver",
                "Service Fabric delays maintenance until it is safe. Needs five instances.",
            ),
            Value("Gold", "Gold", "The same, for full-node sizes."),
        ),
        essential=True,
        help="It must be that of the node type.",
    )
    data_path = Text("Data folder", help="Where the node keeps its data.", example="D:\\\\SvcFab")
    enable_parallel_jobs = Boolean(
        "Parallel jobs", help="Lets maintenance work on several instances at once. Off if not set."
    )
    nic_prefix_override = Text(
        "Address prefix",
        wire="nicPrefixOverride",
        help="The address range of the subnet.",
        example="10.0.0.0/24",
    )
    certificate = Single("Certificate", ClusterCertificate, inline=True)


class FabricSecrets(Part):
    """Protected settings of a Service Fabric node."""

    key1 = Text(
        "Log storage key 1",
        wire="StorageAccountKey1",
        secret=True,
        essential=True,
        help="A key of the storage account for the cluster's logs.",
    )
    key2 = Text(
        "Log storage key 2",
        wire="StorageAccountKey2",
        secret=True,
        essential=True,
        help="The other key of that storage account.",
    )


class WorkerSettings(Part):
    """Settings of a hybrid worker."""

    automation_account_url = Text(
        "Automation account",
        wire="AutomationAccountURL",
        essential=True,
        help="The automationHybridServiceUrl of the Azure Automation account.",
        example="https://0123.jrds.weu.azure-automation.net/automationAccounts/0123",
    )


PRESETS: Final = (
    *both(
        "service-fabric",
        title=("Service Fabric node for Linux", "Service Fabric node for Windows"),
        said="Makes the scale set a node type of a Service Fabric cluster.",
        called="ServiceFabricNode",
        publisher="Microsoft.Azure.ServiceFabric",
        kind=("ServiceFabricLinuxNode", "ServiceFabricNode"),
        version="1.1",
        settings=FabricSettings,
        protected=FabricSecrets,
        with_it="a Service Fabric cluster, the cluster certificate, and overprovisioning off",
        modes=("Uniform",),
        upgrades=(True, False),
    ),
    *both(
        "hybrid-worker",
        title=("Hybrid worker for Linux", "Hybrid worker for Windows"),
        said="Runs runbooks of Azure Automation on the instances.",
        called="HybridWorker",
        publisher="Microsoft.Azure.Automation.HybridWorker",
        kind=("HybridWorkerForLinux", "HybridWorkerForWindows"),
        version="1.1",
        settings=WorkerSettings,
        since=IDENTITY,
        identity="system",
        with_it="an Azure Automation account with a hybrid worker group",
        modes=("Uniform",),
        upgrades=True,
    ),
    *both(
        "hibernation",
        title=("Hibernation for Linux", "Hibernation for Windows"),
        said="Prepares the operating system for hibernation.",
        called=("LinuxHibernateExtension", "WindowsHibernateExtension"),
        publisher="Microsoft.CPlat.Core",
        kind=("LinuxHibernateExtension", "WindowsHibernateExtension"),
        version="1.0",
        since="2021-07-01",
        with_it="hibernation switched on under Size",
        modes=("Flexible",),
        upgrades=True,
    ),
)
