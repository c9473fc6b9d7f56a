"""Words that people type when they look for a setting, and the setting that each of them means."""

from __future__ import annotations

from typing import Final

_PROFILE: Final = "properties.virtualMachineProfile"
_OS: Final = f"{_PROFILE}.osProfile"
_DISKS: Final = f"{_PROFILE}.storageProfile"
_NICS: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations"
_IPS: Final = f"{_NICS}.properties.ipConfigurations"
_PUBLIC_IP: Final = f"{_IPS}.properties.publicIPAddressConfiguration"
_EXTENSIONS: Final = f"{_PROFILE}.extensionProfile.extensions"
_SECURITY: Final = f"{_PROFILE}.securityProfile"

_MEANT: Final = {
    # The request and its place
    "$target.name": "name, name of the scale set",
    "$target.subscription": "subscription, subscription id",
    "$target.resourceGroup": "resource group, rg",
    "$target.apiVersion": "api version",
    "location": "region, data centre, data center, where, azure region",
    "tags": "tags, labels, cost center, add a tag",
    "identity.type": "managed identity, msi, system assigned identity",
    "identity.userAssignedIdentities": "user assigned identity, user-assigned managed identity",
    "zones": "zones, availability zone, multi az, high availability, zone redundant, availability zones",
    "plan": "purchase plan, marketplace plan",
    "extendedLocation.name": "edge zone, local zone",
    "placement.zonePlacementPolicy": "automatic zones, let azure choose the zones",
    # Size and count
    "sku.name": (
        "vm size, size, gpu, scale up, vertical scaling, arm64, burstable, resize, cpu cores, memory, instance type, ram, "
        "vcpu, change vm size, number of cpus"
    ),
    "sku.capacity": (
        "instances, instance count, autoscaling, auto scaling, autoscale, scale out, how many instances, number of nodes, "
        "desired capacity, replicas, vm count, horizontal scaling"
    ),
    "properties.skuProfile.vmSizes": "instance mix, multiple vm sizes, mixed sizes",
    f"{_PROFILE}.capacityReservation.capacityReservationGroup": "capacity reservation, reserved capacity",
    f"{_PROFILE}.hardwareProfile.vmSizeProperties.vCPUsPerCore": "hyperthreading, disable hyper-threading, smt",
    f"{_PROFILE}.hardwareProfile.vmSizeProperties.vCPUsAvailable": "constrained cores",
    # How they run
    "properties.orchestrationMode": "flexible, uniform, orchestration mode, vmss flex",
    "properties.platformFaultDomainCount": "fault domains, update domain, spreading, rack, availability set",
    "properties.singlePlacementGroup": "placement group, more than 100 instances",
    "properties.overprovision": "overprovisioning, over-provisioning, extra instances",
    "properties.proximityPlacementGroup": "ppg, proximity, low latency",
    "properties.hostGroup": "dedicated host, host group",
    "properties.additionalCapabilities.ultraSSDEnabled": "ultra disk, ultra ssd",
    "properties.additionalCapabilities.hibernationEnabled": "hibernate, hibernation",
    "properties.upgradePolicy.mode": (
        "upgrade mode, rolling upgrade, rolling update, update policy, deployment strategy, manual upgrade"
    ),
    "properties.upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent": "batch size",
    "properties.upgradePolicy.rollingUpgradePolicy.maxSurge": "max surge, surge",
    "properties.upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches": "pause between batches",
    "properties.upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade": (
        "automatic os upgrade, auto os image upgrade, os updates"
    ),
    "properties.automaticRepairsPolicy.enabled": "auto repair, self-healing, auto healing, automatic instance repairs, heal",
    "properties.automaticRepairsPolicy.gracePeriod": "repair grace period",
    "properties.scaleInPolicy.rules": "scale in, scale-in policy, delete oldest, scale down",
    "properties.zoneBalance": "zone balance",
    "properties.resiliencyPolicy.automaticZoneRebalancingPolicy.enabled": "rebalance, zone rebalancing",
    f"{_PROFILE}.priority": "spot, low priority, preemptible, spot vms, cheap vms, spot instances",
    f"{_PROFILE}.evictionPolicy": "eviction, spot eviction policy, evict",
    f"{_PROFILE}.billingProfile.maxPrice": "max price, spot price, bid",
    "properties.spotRestorePolicy.enabled": "restore evicted instances, try to restore",
    f"{_PROFILE}.licenseType": "hybrid benefit, license, licence, azure hybrid benefit, byol",
    f"{_PROFILE}.scheduledEventsProfile.terminateNotificationProfile.enable": (
        "termination notification, shutdown notice, graceful shutdown"
    ),
    f"{_PROFILE}.diagnosticsProfile.bootDiagnostics.enabled": "boot diagnostics, serial console, screenshot",
    f"{_PROFILE}.applicationProfile.galleryApplications": "vm applications, gallery application, install app",
    f"{_SECURITY}.securityType": "trusted launch, confidential vm, sev-snp, confidential computing",
    f"{_SECURITY}.uefiSettings.secureBootEnabled": "secure boot, uefi",
    f"{_SECURITY}.uefiSettings.vTpmEnabled": "tpm, vtpm, virtual tpm",
    f"{_SECURITY}.encryptionAtHost": "encryption, host encryption, encrypt",
    f"{_SECURITY}.proxyAgentSettings.enabled": "metadata security protocol, imdsv2",
    # Operating system
    f"{_OS}.adminUsername": "user name, admin user, login, ssh user",
    f"{_OS}.adminPassword": "password, admin password, root password, how to set the password, change the password",
    f"{_OS}.computerNamePrefix": "hostname, computer name, naming, netbios name, vm name prefix, host name prefix",
    f"{_OS}.customData": "cloud-init, cloud init, custom data, startup script, boot script, user-data script bootstrap",
    f"{_PROFILE}.userData": "user data, userdata",
    f"{_OS}.secrets": "certificates, pfx, ssl certificate, key vault, install certificate",
    f"{_OS}.linuxConfiguration.ssh.publicKeys": "ssh key, SSH keys, public key, keypair, authorized_keys, ed25519",
    f"{_OS}.linuxConfiguration.disablePasswordAuthentication": "disable password, ssh only, disable password login",
    f"{_OS}.linuxConfiguration.patchSettings.patchMode": "patching, patch mode linux, os patching, security updates",
    f"{_OS}.windowsConfiguration.enableAutomaticUpdates": "windows update, automatic updates",
    f"{_OS}.windowsConfiguration.timeZone": "timezone, time zone",
    f"{_OS}.windowsConfiguration.winRM.listeners": "winrm, powershell remoting, ansible for windows",
    f"{_OS}.windowsConfiguration.additionalUnattendContent": "unattend, autologon, sysprep",
    f"{_OS}.windowsConfiguration.provisionVMAgent": "vm agent, guest agent, waagent",
    # Image and disks
    f"{_DISKS}.imageReference": "image, os image, operating system, ami, base image",
    f"{_DISKS}.imageReference.offer": "ubuntu, windows server, debian, red hat, centos, linux distro, windows 11",
    f"{_DISKS}.imageReference.sku": "gen1, gen2, generation 2, os version",
    f"{_DISKS}.imageReference.version": "image version, latest image",
    f"{_DISKS}.imageReference.id": "gallery image, custom image, shared image gallery, golden image, own image",
    f"{_DISKS}.osDisk.diskSizeGB": "disk size, os disk size, boot disk size, c drive size",
    f"{_DISKS}.osDisk.managedDisk.storageAccountType": "premium ssd, disk type, ssd, os disk type, hdd",
    f"{_DISKS}.osDisk.managedDisk.diskEncryptionSet": "customer-managed key, cmk, disk encryption, byok, own key",
    f"{_DISKS}.osDisk.caching": "host caching, cache, disk caching",
    f"{_DISKS}.osDisk.diffDiskSettings.option": "ephemeral disk, ephemeral os disk, local ssd, temp disk",
    f"{_DISKS}.osDisk.deleteOption": "delete with vm, keep disk",
    f"{_DISKS}.osDisk.vhdContainers": "unmanaged disk, vhd, storage account",
    f"{_DISKS}.dataDisks": "data disk, attach a disk, extra disk, add data disks, volume",
    f"{_DISKS}.dataDisks.diskIOPSReadWrite": "iops, provisioned iops",
    f"{_DISKS}.dataDisks.diskMBpsReadWrite": "throughput, disk throughput",
    f"{_DISKS}.dataDisks.lun": "lun",
    f"{_DISKS}.diskControllerType": "nvme, scsi, disk controller",
    # Network
    _NICS: "nic, network card, network interfaces, second nic",
    f"{_NICS}.properties.networkSecurityGroup": "firewall, nsg, security group, open ports, open port 443",
    f"{_NICS}.properties.enableAcceleratedNetworking": "accelerated networking, sr-iov, mana",
    f"{_NICS}.properties.enableIPForwarding": "ip forwarding, nva",
    f"{_NICS}.properties.dnsSettings.dnsServers": "dns server, dns, custom dns servers",
    f"{_IPS}.properties.subnet": "vnet, subnet, virtual network, private ip, vpc",
    f"{_IPS}.properties.privateIPAddressVersion": "ipv6, dual stack",
    f"{_IPS}.properties.loadBalancerBackendAddressPools": "load balancer, loadbalancer, backend pool, lb",
    f"{_IPS}.properties.loadBalancerInboundNatPools": "rdp, remote desktop, nat pool, port forwarding, inbound nat",
    f"{_IPS}.properties.applicationGatewayBackendAddressPools": "application gateway, appgw, waf",
    f"{_IPS}.properties.applicationSecurityGroups": "asg",
    _PUBLIC_IP: "public ip, static ip, outbound internet, public ip address, external ip",
    f"{_PUBLIC_IP}.properties.dnsSettings.domainNameLabel": "fqdn, dns label, domain name",
    f"{_PUBLIC_IP}.properties.publicIPPrefix": "public ip prefix",
    f"{_PROFILE}.networkProfile.healthProbe": "health probe, load balancer probe",
    # Extensions
    _EXTENSIONS: (
        "custom script, extension, domain join, join a domain, ad join, active directory, log analytics, monitoring agent, "
        "gpu driver, cuda, infiniband, service fabric, defender, antivirus, malware, health, liveness probe, readiness, "
        "heartbeat, health endpoint, azure ad login, bitlocker, ade, dsc, run a script, network watcher, change tracking"
    ),
    f"{_EXTENSIONS}.properties.enableAutomaticUpgrade": "automatic extension upgrade",
    f"{_EXTENSIONS}.properties.provisionAfterExtensions": "extension order, depends on",
    f"{_EXTENSIONS}.properties.protectedSettings": "protected settings",
}

WORDS: Final = {word: place for place, words in _MEANT.items() for word in words.split(", ")}
"""The place of the setting that is meant, by what is typed."""

ELSEWHERE: Final = {
    "autoscale rules": "autoscaleSettings",
    "how to set autoscale settings": "autoscaleSettings",
    "max instances": "autoscaleSettings",
    "budget": "Cost Management",
    "nsg rules": "network security group",
    "inbound rule": "network security group",
    "dns zone": "Azure DNS",
    "a record": "Azure DNS",
    "backup": "Recovery Services vault",
    "snapshot": "snapshots",
    "standby pool": "StandbyPool",
    "bastion": "Bastion",
    "instance protection": "single instances",
    "maintenance window": "Maintenance",
    "nat gateway": "subnet",
    "load balancer rules": "load balancer",
    "route table": "virtual network",
    "private endpoint": "virtual network",
    "alerts": "Azure Monitor",
    "data collection rule": "Azure Monitor",
    "rbac": "Access control",
    "role assignment": "Access control",
    "delete lock": "Locks",
    "azure policy": "Azure Policy",
    "quota increase": "Quota",
    "kubernetes": "Azure Kubernetes Service",
    "docker": "container runtime",
    "auto-shutdown": "schedule",
    "ram disk": "operating system",
    "restart": "Instances",
    "disaster recovery": "Site Recovery",
    "reserved instances": "Reservations",
    "front door": "public addresses",
    "azure files": "storage account",
    "marketplace terms": "terms",
    "key vault access policy": "key vault",
    "packer": "Images",
}
"""What is no part of a request, and a word of what is said about it."""
