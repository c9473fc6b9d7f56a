"""What people look for in a scale set and that is no part of its request: where it is set instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .everyday import (
    CAPACITY,
    CERTIFICATES,
    CUSTOM_DATA,
    EXTENSIONS,
    IMAGE_ID,
    INTERFACES,
    PATCH_MODE,
    POOLS,
    SECURITY_GROUP,
    SUBNET,
)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One thing that is set elsewhere.

    said: what people call it, separated by commas. where: whole sentences that say what it is and where it is set.
    near: the place of the setting of a request that has most to do with it, "" when none has.
    """

    said: str
    where: str
    near: str = ""

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(self.said.split(", "))


ELSEWHERE: Final[tuple[Elsewhere, ...]] = (
    Elsewhere(
        "autoscale settings, autoscale setting, autoscale rules, autoscale rule, autoscale profile, scaling rules, "
        "scaling policy, scale rules, scale conditions, min instances, max instances, minimum instances, "
        "maximum instances, cpu threshold, scale on schedule, scheduled scaling, predictive autoscale, cooldown, cool down, target tracking, "
        "autoscale notifications, autoscaler",
        "Autoscale is a resource of its own (Microsoft.Insights/autoscaleSettings). Once the scale set exists, set it in "
        "the Azure portal under Scaling, or with az monitor autoscale.",
        CAPACITY,
    ),
    Elsewhere(
        "budget, budgets, cost alert, spending limit, cost management, billing alert, billing",
        "Budgets belong to a subscription or resource group. Set them in the Azure portal under Cost Management.",
    ),
    Elsewhere(
        "reserved instance, reserved instances, savings plan, azure reservation, azure reservations, prepaid",
        "Reservations and savings plans are bought for a subscription under Cost Management + Billing. They apply to "
        "matching instances by themselves.",
    ),
    Elsewhere(
        "nsg rules, nsg rule, security rules, security rule, inbound rules, inbound rule, outbound rules, firewall rules, "
        "firewall rule, inbound security rules, inbound port rules",
        "Rules belong to the network security group. Set them on that resource; a request only names the group.",
        SECURITY_GROUP,
    ),
    Elsewhere(
        "azure firewall, ddos, ddos protection, waf policy, waf rules, ip whitelist, ip allow list",
        "This protects the virtual network or the gateway in front of the instances. Set it on that resource.",
        SUBNET,
    ),
    Elsewhere(
        "dns zone, dns zones, dns record, dns records, a record, cname, private dns, private dns zone",
        "DNS zones and records are resources of Azure DNS (Microsoft.Network/dnsZones and privateDnsZones). Set them there.",
        f"{INTERFACES}.properties.dnsSettings.dnsServers",
    ),
    Elsewhere(
        "backup, backups, backup policy, azure backup, recovery services vault, restore point, restore points, "
        "recovery vault, backup vault",
        "Azure Backup protects instances of a Flexible scale set as virtual machines. Set it in a Recovery Services vault.",
    ),
    Elsewhere(
        "site recovery, disaster recovery, replication, asr, failover region, geo replication",
        "Azure Site Recovery is set in a Recovery Services vault. For another region, make a second scale set there.",
    ),
    Elsewhere(
        "snapshot, snapshots, disk snapshot",
        "Snapshots are taken of the disks of single instances, as resources of their own (Microsoft.Compute/snapshots).",
    ),
    Elsewhere(
        "create image, capture image, capture, image builder, azure image builder, packer, sysprep image, generalize",
        "Images are made outside: with Azure VM Image Builder, Packer, or from a generalized virtual machine. A request "
        "names the finished image.",
        IMAGE_ID,
    ),
    Elsewhere(
        "standby pool, standby pools, warm pool, warm pools, standby instances, pre provisioned instances",
        "A standby pool is a resource of its own (Microsoft.StandbyPool/standbyVirtualMachinePools) that names the scale "
        "set. Make it after the scale set.",
        CAPACITY,
    ),
    Elsewhere(
        "bastion, azure bastion, jump host, jit, just in time access, just in time, jump server",
        "Azure Bastion belongs to the virtual network, and just-in-time access to Defender for Cloud. Set them there.",
        SUBNET,
    ),
    Elsewhere(
        "instance protection, protect instance, protect from scale in, scale in protection, scale set actions protection, "
        "termination protection",
        "Protection is set on single instances once they exist: in the Azure portal under Instances, or with az vmss "
        "update --instance-id.",
        "properties.scaleInPolicy.rules",
    ),
    Elsewhere(
        "maintenance, maintenance window, maintenance windows, maintenance configuration, maintenance control, patch schedule, "
        "scheduled patching, update manager, azure update manager, patch window",
        "Maintenance windows are resources of their own (Microsoft.Maintenance/maintenanceConfigurations), assigned to the "
        "scale set. Set them in Azure Update Manager.",
        PATCH_MODE,
    ),
    Elsewhere(
        "nat gateway, outbound rule, outbound connectivity, snat",
        "A NAT gateway is set on the subnet, outbound rules on the load balancer. Instances use what their subnet has.",
        SUBNET,
    ),
    Elsewhere(
        "load balancer rules, load balancer rule, lb rule, lb rules, load balancing rules, frontend ip, session persistence, "
        "sticky sessions, sticky, floating ip, load balancer sku, create load balancer, lb frontend",
        "Rules, front ends and probes belong to the load balancer. Set them on that resource; a request only names its pools.",
        POOLS,
    ),
    Elsewhere(
        "traffic manager, front door, cdn, api gateway",
        "This stands in front of load balancers and public addresses. Set it on that resource.",
        POOLS,
    ),
    Elsewhere(
        "route table, routes, udr, user defined route, vpn, vpn gateway, peering, vnet peering, expressroute, service endpoint, "
        "service endpoints, private endpoint, private endpoints, private link, address space, subnet size, create vnet, "
        "create subnet, subnet delegation",
        "This belongs to the virtual network or its subnets. Set it there; a request only names the subnet.",
        SUBNET,
    ),
    Elsewhere(
        "alert, alerts, action group, alert rule, metric alert, metrics, diagnostic settings, dashboard, workbook",
        "Alerts and diagnostic settings are resources of Azure Monitor. Set them there once the scale set exists.",
        EXTENSIONS,
    ),
    Elsewhere(
        "log analytics workspace, workspace, data collection rule, dcr, application insights, app insights",
        "Workspaces and data collection rules are resources of Azure Monitor; a data collection rule is then associated with "
        "the scale set. The request holds the Azure Monitor Agent extension.",
        EXTENSIONS,
    ),
    Elsewhere(
        "rbac, iam, role assignment, role assignments, permissions, access control, roles, who can access, owner, "
        "contributor, iam role, instance profile",
        "Roles are assigned to people and identities under Access control (IAM) of a resource, once it exists. A request "
        "only gives the scale set an identity.",
        "identity.type",
    ),
    Elsewhere(
        "key vault access policy, vault access policy, vault permissions",
        "Who may read a key vault is set on the vault, by roles or access policies.",
        CERTIFICATES,
    ),
    Elsewhere(
        "lock, locks, resource lock, delete lock, read only lock, delete protection",
        "Locks are set on the scale set or its resource group once they exist: in the Azure portal under Locks.",
    ),
    Elsewhere(
        "azure policy, policy assignment, compliance policy",
        "Azure Policy is assigned to a management group, subscription or resource group.",
    ),
    Elsewhere(
        "quota, quota increase, core quota, increase quota, vcpu quota, limits increase",
        "Quota belongs to a subscription and region. Ask for more in the Azure portal under Quotas.",
        "sku.name",
    ),
    Elsewhere(
        "kubernetes, aks, node pool, openshift, helm",
        "Azure Kubernetes Service makes and changes its own scale sets. Set its node pools there.",
    ),
    Elsewhere(
        "docker, container, containers, container image, docker compose",
        "A scale set runs virtual machines. Install a container runtime by custom data or take an image that has one; "
        "or use Azure Container Apps or Azure Kubernetes Service.",
        CUSTOM_DATA,
    ),
    Elsewhere(
        "run command, restart instance, reimage instance, stop instances, start instances, deallocate instances, "
        "delete instance, delete instances, reboot, restart",
        "This is an action on instances that exist. Do it in the Azure portal under Instances, or with az vmss.",
    ),
    Elsewhere(
        "auto shutdown, shutdown schedule, start stop schedule, stop at night, power schedule",
        "A scale set has no shutdown schedule. Use an autoscale setting with a schedule, or Azure Automation.",
        CAPACITY,
    ),
    Elsewhere(
        "ram disk, tmpfs, swap, swap file, page file, partition, file system, mount, raid, lvm, "
        "striping, trim, mtu, jumbo frames, keyboard, locale, language, environment variables, cron, hosts file",
        "This is set up inside the operating system, for example by custom data or in the image.",
        CUSTOM_DATA,
    ),
    Elsewhere(
        "file share, azure files, nfs, smb share, shared storage, blobfuse",
        "File shares belong to a storage account and are mounted inside the operating system, for example by custom data.",
        CUSTOM_DATA,
    ),
    Elsewhere(
        "terraform, bicep, arm template, export template, azure cli, powershell, json file, download template",
        "This is no setting. The page Export of a draft writes its request for other tools.",
    ),
    Elsewhere(
        "register feature, feature registration, resource provider, register provider, accept terms, marketplace terms, "
        "legal terms",
        "Providers, preview features and terms of images belong to the subscription: az provider register, az feature "
        "register, az vm image terms accept.",
    ),
)


def _unique() -> dict[str, Elsewhere]:
    found: dict[str, Elsewhere] = {}
    for each in ELSEWHERE:
        for phrase in each.phrases:
            if phrase in found:
                raise ValueError(f"“{phrase}” is said of two things")
            found[phrase] = each
    return found


BY_PHRASE: Final = _unique()
"""What is set elsewhere, by what people call it."""
