"""What people call a setting when they do not know Azure's word for it: the everyday phrases of places."""

from __future__ import annotations

from typing import Final

_PROFILE: Final = "properties.virtualMachineProfile"
_OS: Final = f"{_PROFILE}.osProfile"
_STORAGE: Final = f"{_PROFILE}.storageProfile"
INTERFACES: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations"
_IP: Final = f"{INTERFACES}.properties.ipConfigurations"
_PUBLIC_IP: Final = f"{_IP}.properties.publicIPAddressConfiguration"
EXTENSIONS: Final = f"{_PROFILE}.extensionProfile.extensions"
_SECURITY: Final = f"{_PROFILE}.securityProfile"

CAPACITY: Final = "sku.capacity"
IMAGE_ID: Final = f"{_STORAGE}.imageReference.id"
POOLS: Final = f"{_IP}.properties.loadBalancerBackendAddressPools"
SECURITY_GROUP: Final = f"{INTERFACES}.properties.networkSecurityGroup"
CUSTOM_DATA: Final = f"{_OS}.customData"
CERTIFICATES: Final = f"{_OS}.secrets"
PATCH_MODE: Final = f"{_OS}.linuxConfiguration.patchSettings.patchMode"
SUBNET: Final = f"{_IP}.properties.subnet"

_SAID: Final[dict[str, str]] = {
    "$target.name": "name, vmss name, resource name, scale set name, rename",
    "$target.subscription": "subscription id, account id, subscription",
    "$target.resourceGroup": "rg, group, resource group",
    "$target.apiVersion": "version, api, schema version, api version",
    "$target.operation": "create, update, operation",
    "location": "region, location, data centre, datacenter, where, geography, country, azure region",
    "tags": (
        "tag, label, labels, cost centre, metadata, cost center, environment tag, annotations, resource tags"
    ),
    "identity.type": (
        "identity, managed identity, msi, service principal, system assigned, system managed identity, "
        "workload identity, mi"
    ),
    "identity.userAssignedIdentities": "user assigned identity, user assigned, uami",
    "zones": (
        "zone, availability zone, az, zone redundancy, zonal, multi az, multi zone, high availability, ha, "
        "zone redundant, zone resilient"
    ),
    "extendedLocation.name": "edge zone, edge, local zone, edge location, extended zone",
    "plan": "marketplace, purchase plan, plan, marketplace plan, third party image, paid image",
    "sku.name": (
        "size, vm size, sku, machine type, instance type, instance size, cpu, memory, ram, cores, flavor, "
        "scale up, scale vertically, vertical scaling, arm64, arm, ampere, burstable, resize, b series, vcpu, "
        "vcpus, vm series, hardware, machine size, processor, amd, intel, instance sku, node size, bigger vm, cheapest, cheaper size, nested virtualization, b2s, d2s, "
        "compute size, gpu, gpus, nvidia"
    ),
    "sku.capacity": (
        "count, instances, number of instances, how many, capacity, node count, replicas, scale, autoscale, "
        "autoscaling, auto scaling, scale out, horizontal scaling, instance count, node pool size, desired "
        "capacity, desired count, number of vms, number of nodes, vm count, more instances, "
        "initial instance count"
    ),
    "properties.orchestrationMode": (
        "orchestration, flexible, flex, uniform, mode of orchestration, vmss flex, orchestration type, "
        "flexible orchestration, uniform orchestration"
    ),
    "properties.singlePlacementGroup": (
        "placement group, more than 100 instances, large scale set, 1000 instances, max 100 instances, spg"
    ),
    "properties.overprovision": "overprovision, extra instances, surplus, overprovisioning",
    "properties.overProvision": "overprovision",
    "properties.platformFaultDomainCount": (
        "fault domain, fault domains, fd, rack, availability set, update domain, update domains, spreading, "
        "max spreading, spread, anti affinity"
    ),
    "properties.zoneBalance": "balance zones, zone balance, strict zone balance, even zones",
    "properties.proximityPlacementGroup": (
        "ppg, proximity, low latency, cluster placement group, colocation, affinity"
    ),
    "properties.hostGroup": (
        "dedicated host, host group, dedicated hosts, single tenant, isolated host, bare metal"
    ),
    "properties.additionalCapabilities.ultraSSDEnabled": "ultra disk, ultra ssd, ultrassd",
    "properties.additionalCapabilities.hibernationEnabled": "hibernate, hibernation, suspend",
    "properties.upgradePolicy.mode": (
        "upgrade, upgrades, rolling upgrade, rolling, upgrade policy, rollout, manual upgrade, rolling "
        "update, rolling updates, update policy, update mode, deployment strategy, model updates, instance "
        "refresh, rolling deployment, canary, canary deployment, latest model"
    ),
    "properties.upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent": (
        "batch size, batch, upgrade batch size, max unavailable"
    ),
    "properties.upgradePolicy.rollingUpgradePolicy.maxSurge": "surge, surge upgrade, blue green",
    "properties.upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade": (
        "automatic os upgrade, auto os upgrade, os upgrade, image upgrade, automatic image upgrade, auto "
        "image upgrade, automatic os image upgrade, os image upgrades, os updates"
    ),
    "properties.automaticRepairsPolicy.enabled": (
        "repair, auto repair, automatic repair, self healing, heal, automatic repairs, automatic instance "
        "repair, auto healing, autoheal, self heal, replace unhealthy instances, unhealthy instances"
    ),
    "properties.automaticRepairsPolicy.gracePeriod": "grace period, repair grace period",
    "properties.scaleInPolicy.rules": (
        "scale in, scale down, shrink, scale in policy, scalein, which instance is deleted, termination "
        "policy, oldest vm, delete oldest"
    ),
    "properties.priorityMixPolicy.baseRegularPriorityCount": (
        "spot mix, mix of spot and regular, spot percentage, mixed priority, on demand base"
    ),
    "properties.skuProfile.vmSizes": (
        "several sizes, instance mix, mixed sizes, instance flexibility, multiple sizes, multiple vm sizes, "
        "mixed instances, several vm sizes, sku profile"
    ),
    f"{_PROFILE}.priority": (
        "spot, low priority, spot instance, spot instances, spot vm, preemptible, cheap, spot priority, "
        "discount, interruptible, low pri"
    ),
    f"{_PROFILE}.evictionPolicy": (
        "eviction, evict, deallocate, preemption, eviction policy, spot eviction, what happens on eviction"
    ),
    f"{_PROFILE}.billingProfile.maxPrice": (
        "spot price, bid, price, max price, maximum price, cost, spot max price, bid price, price cap, cost cap"
    ),
    f"{_PROFILE}.licenseType": (
        "license, licence, hybrid benefit, ahub, ahb, byol, byos, azure hybrid benefit, license type, bring "
        "your own license, windows license, sql license, rhel license"
    ),
    f"{_PROFILE}.scheduledEventsProfile.terminateNotificationProfile.enable": (
        "termination notice, terminate notification, shutdown notice, termination, graceful shutdown, "
        "terminate notifications, drain, scheduled events, delete notification"
    ),
    f"{_PROFILE}.capacityReservation.capacityReservationGroup": (
        "reservation, capacity reservation, crg, reserved capacity, on demand capacity reservation, odcr"
    ),
    f"{_PROFILE}.diagnosticsProfile.bootDiagnostics.enabled": (
        "boot diagnostics, diagnostics, serial console, console, screenshot, boot log, serial log, console "
        "log, vm screenshot"
    ),
    f"{_PROFILE}.applicationProfile.galleryApplications": (
        "vm application, gallery application, applications, vm apps, vm applications, install application, "
        "install app, application package"
    ),
    f"{_PROFILE}.hardwareProfile.vmSizeProperties.vCPUsPerCore": (
        "hyperthreading, smt, threads per core, disable hyperthreading, multithreading, hyper threading"
    ),
    f"{_SECURITY}.encryptionAtHost": (
        "encryption, encrypt, host encryption, encryption at host, end to end encryption, encrypt temp disk"
    ),
    f"{_SECURITY}.securityType": (
        "trusted launch, confidential, confidential vm, cvm, sev snp, tdx, confidential computing, "
        "confidential vms, security type, shielded vm, measured boot"
    ),
    f"{_SECURITY}.uefiSettings.secureBootEnabled": "secure boot, secureboot, uefi",
    f"{_SECURITY}.uefiSettings.vTpmEnabled": "tpm, virtual tpm, vtpm, trusted platform module",
    f"{_SECURITY}.proxyAgentSettings.enabled": (
        "msp, metadata security, guest proxy agent, imds protection, metadata security protocol, imds v2, "
        "imdsv2, ssrf"
    ),
    f"{_OS}.adminUsername": (
        "user, username, user name, login, admin, account, admin user, administrator, local admin, ssh user, "
        "root user, sudo user, login name"
    ),
    f"{_OS}.adminPassword": (
        "password, passwd, pwd, admin password, root password, administrator password, login password, "
        "credentials"
    ),
    f"{_OS}.computerNamePrefix": (
        "hostname, host name, computer name, prefix, vm name, instance name, netbios, netbios name, naming, "
        "vm names, name prefix, machine name, hostnames, naming convention"
    ),
    f"{_OS}.customData": (
        "cloud init, cloudinit, custom data, startup script, bootstrap, init script, startup, boot script, "
        "provisioning script, nginx, web server, apache, iis, install nginx, first boot, first boot script, initialization script, cloud config, install packages, "
        "ignition"
    ),
    f"{_OS}.secrets": (
        "certificate, certificates, key vault, keyvault, vault, tls, ssl, secrets, pfx, ssl certificate, tls "
        "certificate, install certificate, certs"
    ),
    f"{_OS}.linuxConfiguration.ssh.publicKeys": (
        "ssh, ssh key, ssh keys, public key, key pair, authorized keys, keypair, pem, rsa key, ed25519, "
        "sshkey, id rsa, pub key"
    ),
    f"{_OS}.linuxConfiguration.disablePasswordAuthentication": (
        "no password, disable password, ssh only, password authentication, password login, disable password "
        "login, disable password authentication, key only, passwordless"
    ),
    f"{_OS}.linuxConfiguration.patchSettings.patchMode": (
        "patch, patching, patches, security updates, linux patching, os patching, guest patching, automatic "
        "guest patching, auto patching, vm guest patching, unattended upgrades"
    ),
    f"{_OS}.windowsConfiguration.patchSettings.patchMode": "windows patching",
    f"{_OS}.windowsConfiguration.patchSettings.enableHotpatching": "hotpatch, hot patch",
    f"{_OS}.windowsConfiguration.enableAutomaticUpdates": (
        "windows update, windows updates, automatic updates"
    ),
    f"{_OS}.windowsConfiguration.timeZone": "timezone, time zone, clock, utc",
    f"{_OS}.windowsConfiguration.winRM.listeners": (
        "winrm, remote management, powershell remoting, ps remoting, ansible windows, remote powershell"
    ),
    f"{_OS}.windowsConfiguration.additionalUnattendContent": (
        "unattend, unattended, sysprep, unattend xml, autologon"
    ),
    f"{_OS}.windowsConfiguration.provisionVMAgent": (
        "vm agent, guest agent, agent, waagent, azure agent, linux agent, azure vm agent"
    ),
    f"{_PROFILE}.userData": "user data, userdata, instance user data",
    f"{_STORAGE}.imageReference": (
        "image, os image, os, operating system image, ami, base image, operating system, vm image, template "
        "image, marketplace image"
    ),
    f"{_STORAGE}.imageReference.offer": (
        "ubuntu, windows server, distro, distribution, debian, rhel, red hat, suse, linux, centos, rocky, "
        "alma, almalinux, rocky linux, red hat linux, oracle linux, azure linux, mariner, flatcar, windows "
        "11, windows 10, windows image, ubuntu image, linux distro, sles, server 2022, server 2019, server 2025, windows server 2022, sql server, fedora, freebsd, kali, linux image, which os"
    ),
    f"{_STORAGE}.imageReference.id": (
        "custom image, gallery, gallery image, compute gallery, shared image gallery, own image, golden "
        "image, managed image, packer image, sig, image gallery, acg, shared gallery, private image"
    ),
    f"{_STORAGE}.osDisk.diskSizeGB": (
        "disk size, os disk size, disk gb, storage size, root disk size, root volume size, system disk size, "
        "c drive size, increase disk, larger os disk, boot disk size"
    ),
    f"{_STORAGE}.osDisk.managedDisk.storageAccountType": (
        "disk type, ssd, premium, premium ssd, standard ssd, hdd, storage type, os disk type, disk sku, disk "
        "tier, volume type, boot disk type, zrs, lrs, zone redundant disk"
    ),
    f"{_STORAGE}.osDisk.managedDisk.diskEncryptionSet": (
        "cmk, customer managed key, disk encryption, byok, encryption key, des, sse, server side encryption, "
        "kms, encrypt disk with own key, customer key, own key"
    ),
    f"{_STORAGE}.osDisk.caching": "cache, caching, host cache, disk cache, disk caching, host caching",
    f"{_STORAGE}.osDisk.diffDiskSettings.option": (
        "ephemeral, ephemeral disk, local disk, temp disk, ephemeral os disk, local ssd, d drive, temp storage, temporary disk, "
        "stateless os disk, instance store"
    ),
    f"{_STORAGE}.osDisk.writeAcceleratorEnabled": "write accelerator",
    f"{_STORAGE}.osDisk.vhdContainers": (
        "storage account, unmanaged disk, vhd, blob container, unmanaged disks, blob storage, page blob"
    ),
    f"{_STORAGE}.osDisk.osType": "os type",
    f"{_STORAGE}.dataDisks": (
        "data disk, data disks, extra disk, additional disk, disk, disks, volume, additional disks, attach "
        "disk, extra storage, add disk, volumes, second disk, persistent disk, ebs"
    ),
    f"{_STORAGE}.dataDisks.diskSizeGB": "data disk size",
    f"{_STORAGE}.dataDisks.diskIOPSReadWrite": "iops, disk performance, disk iops, provisioned iops",
    f"{_STORAGE}.dataDisks.diskMBpsReadWrite": (
        "throughput, mbps, disk bandwidth, disk throughput, provisioned throughput"
    ),
    f"{_STORAGE}.diskControllerType": "nvme, scsi, disk controller",
    INTERFACES: (
        "nic, network, network card, network interface, network adapter, eni, network interfaces, nics, "
        "second nic, multiple nics"
    ),
    f"{INTERFACES}.properties.networkSecurityGroup": (
        "nsg, firewall, security group, ports, open ports, access list, acl, security groups, inbound "
        "traffic, port 22, port 443, port 80, allow port"
    ),
    f"{INTERFACES}.properties.enableAcceleratedNetworking": (
        "accelerated networking, sriov, sr iov, fast network, mana, accelnet, enhanced networking"
    ),
    f"{INTERFACES}.properties.enableIPForwarding": "ip forwarding, routing, nva, forwarding, router",
    f"{INTERFACES}.properties.dnsSettings.dnsServers": (
        "dns, dns server, name server, nameserver, resolver, custom dns, dns servers, dns settings"
    ),
    _IP: "ip configuration, ip config, secondary ip, multiple ips, multiple ip addresses",
    f"{_IP}.properties.subnet": (
        "subnet, vnet, virtual network, vpc, private network, private ip, private ip address, ip address, subnet id, "
        "networking, ip range"
    ),
    f"{_IP}.properties.privateIPAddressVersion": "ipv6, ipv4, ip version, dual stack",
    f"{_IP}.properties.loadBalancerBackendAddressPools": (
        "load balancer, lb, backend pool, load balancing, backend address pool, target group, elb, behind a "
        "load balancer, internal load balancer"
    ),
    f"{_IP}.properties.loadBalancerInboundNatPools": (
        "nat, inbound nat, nat pool, port forwarding, rdp, remote desktop, jump box, inbound nat rules, ssh "
        "port, ssh access"
    ),
    f"{_IP}.properties.applicationGatewayBackendAddressPools": (
        "application gateway, app gateway, appgw, waf, agw, application load balancer, layer 7, ingress"
    ),
    f"{_IP}.properties.applicationSecurityGroups": (
        "asg, application security group, application security groups"
    ),
    _PUBLIC_IP: (
        "public ip, public ip address, pip, internet address, external ip, elastic ip, static ip, internet "
        "access, outbound internet, outbound, egress, public address, instance public ip, external address, "
        "internet facing, no public ip"
    ),
    f"{_PUBLIC_IP}.properties.dnsSettings.domainNameLabel": "domain name, fqdn, dns label, dns name",
    f"{_PUBLIC_IP}.properties.idleTimeoutInMinutes": "idle timeout, timeout",
    f"{_PROFILE}.networkProfile.healthProbe": (
        "health probe, probe, health check, load balancer probe, healthcheck"
    ),
    EXTENSIONS: (
        "extension, extensions, custom script, script, monitor agent, application health, antimalware, aad "
        "login, dsc, health, liveness, readiness, heartbeat, health endpoint, liveness probe, readiness "
        "probe, health extension, domain join, ad join, active directory, join domain, windows domain, log "
        "analytics, monitoring, azure monitor, azure monitor agent, metrics agent, logging agent, logs, "
        "syslog, ama, telemetry, vm insights, mma, oms, log collection, gpu driver, nvidia driver, cuda, "
        "infiniband, rdma, gpu drivers, amd driver, service fabric, defender, defender for endpoint, mde, "
        "antivirus, anti virus, anti malware, malware, endpoint protection, edr, entra login, azure ad login, "
        "entra id, aad, sign in with entra, single sign on, azure ad, disk encryption extension, azure disk "
        "encryption, ade, bitlocker, dm crypt, powershell dsc, desired state, machine configuration, guest "
        "configuration, configuration management, puppet, chef, guest policy, powershell script, bash script, "
        "run script, post deployment script, install software, cse, run a script, install agent, network "
        "watcher, packet capture, guest attestation, attestation, key vault extension, certificate rotation, "
        "renew certificates, reset password, reset ssh, intune, mdm, crowdstrike, kerberos, ldap, gmsa, falcon, vmaccess, change tracking, inventory, hybrid worker, "
        "openssh, dependency agent, vm extension, vm extensions, plugin"
    ),
    f"{EXTENSIONS}.properties.protectedSettings": "secret settings, protected settings",
    f"{EXTENSIONS}.properties.provisionAfterExtensions": "extension order, depends on, sequencing",
    f"{_STORAGE}.imageReference.sku": (
        "gen1, gen2, hyper v generation, gen 1, gen 2, generation, generation 1, generation 2, image generation, os edition, "
        "image edition, os version, os release"
    ),
    f"{_STORAGE}.imageReference.version": "image version, latest image, pin image version, image build",
    f"{_STORAGE}.imageReference.publisher": "image vendor, image publisher, canonical",
    f"{_STORAGE}.imageReference.communityGalleryImageId": (
        "community image, community gallery, public gallery"
    ),
    f"{_STORAGE}.imageReference.sharedGalleryImageId": "directly shared gallery, direct shared gallery",
    f"{_STORAGE}.osDisk.deleteOption": (
        "delete with vm, keep disk, delete disk with vm, detach disk, delete disk on termination, keep os "
        "disk"
    ),
    f"{INTERFACES}.properties.deleteOption": "delete nic with vm, keep nic",
    f"{_PUBLIC_IP}.properties.deleteOption": "delete public ip with vm, keep public ip",
    f"{_PUBLIC_IP}.properties.publicIPPrefix": (
        "ip prefix, ip prefixes, reserved ip range, byoip, own ip range"
    ),
    f"{_PUBLIC_IP}.sku.name": "basic public ip, standard public ip, public ip type",
    f"{_PUBLIC_IP}.properties.ipTags": "routing preference, ip tag",
    "properties.resiliencyPolicy.automaticZoneRebalancingPolicy.enabled": (
        "rebalance, rebalancing, zone rebalancing, rebalance zones"
    ),
    "properties.resiliencyPolicy.resilientVMCreationPolicy.enabled": (
        "retry creation, resilient create, retry failed vm"
    ),
    "properties.resiliencyPolicy.resilientVMDeletionPolicy.enabled": "retry deletion, resilient delete",
    "properties.resiliencyPolicy.zoneAllocationPolicy.maxZoneCount": "number of zones, max zones",
    "placement.zonePlacementPolicy": "automatic zones, auto zones, zone placement, let azure choose zones",
    "properties.spotRestorePolicy.enabled": "restore evicted, try to restore, spot restore, recover spot",
    "properties.scaleInPolicy.forceDeletion": "force delete",
    "properties.externalHealthPolicy.enabled": "external health, custom health, own health signal",
    f"{EXTENSIONS}.properties.enableAutomaticUpgrade": (
        "extension auto upgrade, auto upgrade extension, automatic extension upgrade, extension upgrade"
    ),
    f"{EXTENSIONS}.properties.autoUpgradeMinorVersion": ("minor version upgrade, auto upgrade minor version"),
    f"{EXTENSIONS}.properties.typeHandlerVersion": "extension version",
    f"{EXTENSIONS}.properties.suppressFailures": (
        "ignore extension failure, ignore extension errors, extension failure"
    ),
    f"{EXTENSIONS}.properties.forceUpdateTag": "rerun extension, run extension again, rerun script",
    f"{_PROFILE}.extensionProfile.extensionsTimeBudget": "extension timeout, extensions timeout",
    "properties.upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches": (
        "pause between batches, wait between batches, pause time"
    ),
    "properties.upgradePolicy.rollingUpgradePolicy.maxUnhealthyInstancePercent": (
        "max unhealthy, unhealthy percentage, unhealthy threshold"
    ),
    "properties.upgradePolicy.rollingUpgradePolicy.rollbackFailedInstancesOnPolicyBreach": (
        "rollback on failure, upgrade rollback"
    ),
    "properties.upgradePolicy.automaticOSUpgradePolicy.disableAutomaticRollback": (
        "os rollback, disable rollback"
    ),
    "properties.lifecycleHooksProfile.lifecycleHooks": "lifecycle hook, hooks, approve upgrades",
    "properties.scheduledEventsPolicy.scheduledEventsAdditionalPublishingTargets.eventGridAndResourceGraph.enable": (
        "event grid"
    ),
    f"{_PROFILE}.scheduledEventsProfile.terminateNotificationProfile.notBeforeTimeout": "shutdown delay, termination delay",
    f"{_PROFILE}.scheduledEventsProfile.osImageNotificationProfile.enable": (
        "os image notification, reimage notice, os upgrade notification"
    ),
    f"{_STORAGE}.osDisk.image.uri": "vhd image, custom vhd, vhd file, own vhd",
    f"{_STORAGE}.dataDisks.lun": "logical unit number, disk number, device number",
    f"{_STORAGE}.dataDisks.managedDisk.storageAccountType": (
        "data disk type, data disk sku, premium ssd v2, ssd v2"
    ),
    f"{_STORAGE}.dataDisks.caching": "data disk caching, data disk cache",
    f"{_STORAGE}.dataDisks.managedDisk.additionalDiskProperties.managedDiskProperties.maxShares": (
        "shared disk, shared disks, multi attach"
    ),
    f"{_STORAGE}.osDisk.managedDisk.additionalDiskProperties.managedDiskProperties.burstingEnabled": (
        "bursting, burst, disk burst, on demand bursting"
    ),
    f"{_STORAGE}.osDisk.managedDisk.additionalDiskProperties.managedDiskProperties.tier": (
        "performance tier, p30"
    ),
    f"{_STORAGE}.osDisk.managedDisk.additionalDiskProperties.managedDiskProperties.networkAccessPolicy": (
        "export disk, disk export"
    ),
    f"{_PROFILE}.hardwareProfile.vmSizeProperties.vCPUsAvailable": (
        "constrained cores, constrained vcpu, fewer cores, limit vcpus"
    ),
    f"{_PROFILE}.hardwareProfile.processorMode": "turbo, turbo boost",
    f"{_PROFILE}.serviceArtifactReference": "pin latest, same image everywhere",
    f"{_PROFILE}.securityPostureReference.id": "posture, security baseline",
    f"{_PROFILE}.diagnosticsProfile.bootDiagnostics.storageUri": (
        "boot diagnostics storage, diagnostics storage account"
    ),
    f"{INTERFACES}.properties.primary": "primary nic, main nic, default nic",
    f"{_PROFILE}.networkProfile.networkApiVersion": "network api version",
    f"{INTERFACES}.properties.auxiliaryMode": "accelerated connections",
    f"{_OS}.allowExtensionOperations": "disable extensions, block extensions",
    "properties.automaticRepairsPolicy.repairAction": (
        "repair action, restart unhealthy, reimage unhealthy, replace unhealthy"
    ),
    "properties.doNotRunExtensionsOnOverprovisionedVMs": "extensions on extra instances",
    f"{_OS}.linuxConfiguration.patchSettings.assessmentMode": "patch assessment, missing patches",
    "properties.highSpeedInterconnectPlacement": "hpc network, high speed network",
}

PHRASES: Final[dict[str, tuple[str, ...]]] = {place: tuple(said.split(", ")) for place, said in _SAID.items()}
"""Phrases by place, in lower case, the commonest first. A phrase is said of one place only, which is the one meant; an older
spelling of the same setting may share it."""
