"""The image and the disks of the instances."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Part, Single, Text, Value
from ..retirements import retired
from ..wording import Said
from .references import PROVIDERS, ConfidentialDiskEncryptionSetReference, DiskEncryptionSetReference

CACHING = (
    Value(
        "None",
        "None",
        "No cache. For write-heavy data such as logs.",
    ),
    Value(
        "ReadOnly",
        "Read-only",
        "Reads are served from the host's cache, writes go to the disk. Safe for data.",
    ),
    Value(
        "ReadWrite",
        "Read/write",
        "Writes are cached too. Usual for OS disks; for data only where the application flushes its writes.",
    ),
)

OPERATING_SYSTEM = (
    Value("Windows", "Windows", "The disk boots Windows."),
    Value("Linux", "Linux", "The disk boots Linux."),
)

OS_DISK_SOURCE = (
    Value(
        "FromImage", "From image", "The disk is made from the image. The only way that works in a scale set."
    ),
    Value("Empty", "Empty", "A blank disk. Declared by the API, but an instance cannot start from it."),
    Value("Attach", "Attach", "An existing disk. Declared by the API, but a scale set cannot use it."),
    Value("Copy", "Copy", "A copy of a disk or snapshot. For single virtual machines.", since="2024-03-01"),
    Value(
        "Restore", "Restore", "A disk from a restore point. For single virtual machines.", since="2024-03-01"
    ),
)

DATA_DISK_SOURCE = (
    Value("FromImage", "From image", "The disk is made from the image's data disk with the same LUN."),
    Value("Empty", "Empty", "A blank disk, which you partition and format after the first start."),
    Value("Attach", "Attach", "An existing disk. Declared by the API, but a scale set model cannot use it."),
    Value("Copy", "Copy", "A copy of a disk or snapshot. For single virtual machines.", since="2024-03-01"),
    Value(
        "Restore", "Restore", "A disk from a restore point. For single virtual machines.", since="2024-03-01"
    ),
)

_DISK_TYPE = (
    Value(
        "Standard_LRS",
        "Standard HDD (locally redundant)",
        "The cheapest. For backups and rare access.",
    ),
    Value(
        "Premium_LRS",
        "Premium SSD (locally redundant)",
        "For production. Needs a size with premium storage (an s in its name).",
    ),
    Value(
        "StandardSSD_LRS",
        "Standard SSD (locally redundant)",
        "For web servers and light use. Works with every size.",
        since="2018-04-01",
    ),
    Value(
        "Premium_ZRS",
        "Premium SSD (zone redundant)",
        "Copies in three zones of the region.",
        since="2020-12-01",
    ),
    Value(
        "StandardSSD_ZRS",
        "Standard SSD (zone redundant)",
        "Copies in three zones of the region.",
        since="2020-12-01",
    ),
)

OS_DISK_TYPE = (
    *_DISK_TYPE,
    Value("UltraSSD_LRS", "Ultra disk", "For data disks only; Azure refuses it here.", since="2018-06-01"),
    Value(
        "PremiumV2_LRS", "Premium SSD v2", "For data disks only; Azure refuses it here.", since="2022-03-01"
    ),
)

DATA_DISK_TYPE = (
    *_DISK_TYPE,
    Value(
        "UltraSSD_LRS",
        "Ultra disk",
        "The fastest, with IOPS and throughput of your choice. Needs Ultra disk compatibility, no caching, and a zone in most regions.",
        since="2018-06-01",
    ),
    Value(
        "PremiumV2_LRS",
        "Premium SSD v2",
        "IOPS and throughput of your choice at a lower price than Ultra. No caching, and a zone in most regions.",
        since="2022-03-01",
    ),
)

DELETE_OPTION = (
    Value("Delete", "Delete", "The disk goes with the instance. The default."),
    Value("Detach", "Detach", "The disk stays, and stays billed, when the instance is deleted."),
)

FAULT_DOMAIN_ALIGNMENT = (
    Value("Aligned", "Aligned", "The disk is always in the storage fault domain that matches its instance."),
    Value("BestEffortAligned", "Aligned where possible", "The same as far as capacity allows."),
)

EPHEMERAL_OPTION = (Value("Local", "Local", "The OS disk lives on the host. The only option."),)

EPHEMERAL_PLACEMENT = (
    Value("CacheDisk", "OS cache", "In the host's cache. Azure's choice where the size has one."),
    Value("ResourceDisk", "Temp disk", "On the temporary disk of the instance."),
    Value("NvmeDisk", "NVMe disk", "On a local NVMe disk of the instance.", since="2024-03-01"),
)

CONFIDENTIAL_ENCRYPTION = (
    Value(
        "VMGuestStateOnly", "Guest state only", "Encrypts the small disk that holds the virtual TPM's state."
    ),
    Value(
        "DiskWithVMGuestState",
        "Disk and guest state",
        "Encrypts the disk as well. Needs Secure Boot and vTPM.",
    ),
    Value(
        "NonPersistedTPM",
        "State not kept",
        "The virtual TPM starts empty every time. For stateless instances.",
        since="2023-09-01",
    ),
)

DISK_CONTROLLER = (
    Value("SCSI", "SCSI", "Works with every image. Sizes of generation 5 and older."),
    Value("NVMe", "NVMe", "Faster; needs an image tagged for NVMe. The only one on many newer sizes."),
)

DISK_DELAY_ACTION = (
    Value(
        "None",
        "None",
        (
            "Azure restarts the virtual machine (a forced shutdown) when reads and writes are delayed beyond the "
            "limit. The default."
        ),
    ),
    Value(
        "AutomaticReattach",
        "Reattach",
        "Azure detaches the disk and attaches it again, and the virtual machine goes on running.",
    ),
)

DISK_ACCESS_POLICY = (
    Value("AllowAll", "From any network", "The disk can be exported or uploaded to from any network."),
    Value(
        "AllowPrivate",
        "Through a private endpoint",
        "Only through the private endpoints of a disk access resource.",
    ),
    Value("DenyAll", "Not at all", "The disk cannot be exported or uploaded to."),
)

DISK_API_VERSION = (
    Value(
        "2025-01-02",
        "2025-01-02",
        "The older version of the disk API. Microsoft does not say which settings need the newer one.",
    ),
    Value("2026-03-02", "2026-03-02", "The newest version of the disk API."),
)


class DiskAvailabilityPolicy(Part):
    """What happens when a disk answers too slowly."""

    action_on_disk_delay = Choice(
        "Action on a slow disk",
        DISK_DELAY_ACTION,
        open=True,
        help=(
            "What Azure does when reads and writes of the disk take too long. For data disks only, in preview. "
            "None if not set."
        ),
    )


class ManagedDiskProperties(Part):
    """Settings of the disk resource, given when the disk is created with its instance."""

    tier = Text(
        "Performance tier",
        suggestions=("P10", "P15", "P20", "P30", "P40", "P50"),
        help="Runs a Premium SSD at the speed and price of a larger size. The tier of its size if not set.",
        example="P30",
    )
    bursting_enabled = Boolean(
        "On-demand bursting",
        help=(
            "Lets a Premium SSD larger than 512 GiB exceed its limits for a while, at a charge. Smaller ones "
            "burst on credit by themselves. Off if not set."
        ),
    )
    performance_plus = Boolean(
        "Performance Plus",
        help=(
            "Raises the limits of disks larger than 512 GiB. Can only be set at creation and cannot be undone. "
            "Off if not set."
        ),
    )
    optimized_for_frequent_attach = Boolean(
        "Optimized for frequent attach",
        help=(
            "For data disks that change instances more than five times a day. Others should not have it: the disk "
            "then leaves the fault domain of its instance. Off if not set."
        ),
    )
    availability_policy = Single("Availability policy", DiskAvailabilityPolicy, inline=True)
    max_shares = Integer(
        "Maximum shares",
        minimum=1,
        help="How many instances may attach the disk at the same time. 1 if not set. Data disks only.",
        example="1",
    )
    network_access_policy = Choice(
        "Network access",
        DISK_ACCESS_POLICY,
        open=True,
        help="Who can export the disk's content. From any network if not set.",
    )
    disk_access_id = Text(
        "Disk access resource",
        kind="diskAccess",
        help="The resource whose private endpoints may be used. Needed for access through a private endpoint.",
        example=f"{PROVIDERS}/Microsoft.Compute/diskAccesses/da-shop",
    )
    disk_iops_read_only = Integer(
        "Read-only IOPS",
        wire="diskIOPSReadOnly",
        unit="IOPS",
        help="For a shared Ultra disk or Premium SSD v2: the total for all read-only attachments.",
        example="3000",
    )
    disk_mbps_read_only = Integer(
        "Read-only throughput",
        wire="diskMBpsReadOnly",
        unit="MB/s",
        help="For a shared Ultra disk or Premium SSD v2: the total for all read-only attachments.",
        example="125",
    )
    logical_sector_size = Integer(
        "Logical sector size",
        unit="bytes",
        help="512 or 4096, for Ultra disks and Premium SSD v2. 4096 if not set; some older software needs 512.",
        example="4096",
    )


class AdditionalDiskProperties(Part):
    """An envelope around the disk resource's settings."""

    managed_disk_properties = Single("Disk resource settings", ManagedDiskProperties, inline=True)


class DiskSecurityProfile(Part):
    """Encryption of a confidential instance's disk."""

    security_encryption_type = Choice(
        "Encryption scope",
        CONFIDENTIAL_ENCRYPTION,
        open=True,
        help=(
            "What is encrypted with a key bound to the instance. Only for confidential virtual machines, which "
            "need it."
        ),
    )
    disk_encryption_set = Single(
        "Confidential disk encryption set", ConfidentialDiskEncryptionSetReference, inline=True
    )


class EphemeralDisk(Part):
    """An OS disk on the host instead of in storage."""

    option = Choice(
        "Ephemeral option",
        EPHEMERAL_OPTION,
        open=True,
        help=(
            "Keeps the OS disk on the host: free and fast to reimage, but its data is lost when the instance is "
            "redeployed, resized or healed, and the instance cannot be stopped (deallocated). Needs read-only "
            "caching and room on the host. If not set, the disk is in storage."
        ),
    )
    placement = Choice(
        "Ephemeral placement",
        EPHEMERAL_PLACEMENT,
        open=True,
        since="2019-12-01",
        help=(
            "Where on the host.",
            Said(
                "If not set: the cache where the size has one, else the temporary disk.", until="2023-09-01"
            ),
            Said(
                "If not set: the cache where the size has one, else the temporary or NVMe disk.",
                since="2024-03-01",
            ),
        ),
    )
    enable_full_caching = Boolean(
        "Full caching",
        since="2025-11-01",
        help=(
            "Copies the whole OS disk to the host, so that an outage of storage does not stop the instance. Needs "
            "8 vCPUs or more and a local disk larger than twice the OS disk plus 1 GiB. No extra charge. Off if "
            "not set."
        ),
    )


class VirtualHardDisk(Part):
    """A VHD blob."""

    uri = Text(
        "VHD address",
        kind="vhdBlob",
        help=(
            (
                f"A generalized VHD in a storage account, from which OS disks are made beside it. {retired('unmanaged-disks')}",
                Said("Only for scale sets without managed disks.", since="2016-04-30-preview"),
            )
        ),
        example="https://stshop.blob.core.windows.net/images/web.vhd",
    )


class OSManagedDisk(Part):
    """The managed disk behind the OS disk."""

    storage_account_type = Choice(
        "Disk type",
        OS_DISK_TYPE,
        open=True,
        essential=True,
        help=(
            f"Kind and redundancy of the OS disk. If not set, Azure picks a type that suits the size. It cannot be changed later. Standard HDD: {retired('standard-hdd')[0].lower()}{retired('standard-hdd')[1:]}"
        ),
    )
    disk_encryption_set = Single(
        "Disk encryption set", DiskEncryptionSetReference, since="2019-07-01", inline=True
    )
    security_profile = Single(
        "Confidential encryption",
        DiskSecurityProfile,
        since="2021-11-01",
        help="Encryption bound to the instance. Only for confidential virtual machines.",
    )
    additional_disk_properties = Single(
        "Disk resource settings",
        AdditionalDiskProperties,
        since="2026-04-01",
        help="Settings of the disk resource that Azure creates with each instance.",
    )


class DataManagedDisk(Part):
    """The managed disk behind a data disk."""

    storage_account_type = Choice(
        "Disk type",
        DATA_DISK_TYPE,
        open=True,
        essential=True,
        help=(
            "Kind and redundancy of this data disk. It decides price, speed and the largest size. If not set, "
            "Azure picks a type that suits the size."
        ),
    )
    disk_encryption_set = Single(
        "Disk encryption set", DiskEncryptionSetReference, since="2019-07-01", inline=True
    )
    security_profile = Single(
        "Confidential encryption",
        DiskSecurityProfile,
        since="2021-11-01",
        help="Encryption bound to the instance. Only for confidential virtual machines.",
    )
    additional_disk_properties = Single(
        "Disk resource settings",
        AdditionalDiskProperties,
        since="2026-04-01",
        help="Settings of the disk resource that Azure creates with each instance.",
    )


class OSDisk(Part):
    """The disk that every instance starts from."""

    required_name = Text(
        "Disk name",
        wire="name",
        until="2016-03-30",
        required=True,
        help="The name of the disk's VHD in its storage account.",
        example="osdisk",
    )
    name = Text(
        "Disk name",
        since="2016-04-30-preview",
        help=(
            Said(
                "Only for unmanaged disks. Azure refuses a name when the disk is managed.",
                since="2016-04-30-preview",
            ),
        ),
        example="osdisk",
    )
    image = Single("Custom VHD", VirtualHardDisk, inline=True)
    vhd_containers = List(
        "VHD containers",
        Text(
            "Container address",
            kind="blobContainer",
            help="The https address of one blob container.",
            example="https://stshop1.blob.core.windows.net/vhds",
        ),
        singular="VHD container",
        help=(
            (
                f"Containers in your storage accounts that hold the OS disks: one account for each 20 instances. {retired('unmanaged-disks')}",
                Said("Do not set it for managed disks.", since="2016-04-30-preview"),
            )
        ),
    )
    caching = Choice(
        "Host caching",
        CACHING,
        essential=True,
        help=("How the host caches this disk. Read/write if not set. It cannot be changed later."),
    )
    os_type = Choice(
        "Operating system",
        OPERATING_SYSTEM,
        essential=True,
        help="Needed for a custom VHD only. An image knows its operating system, and must agree with this.",
    )
    create_option = Choice(
        "Source",
        OS_DISK_SOURCE,
        open=True,
        required=True,
        essential=True,
        help="Where the OS disk comes from. Scale sets always use the image.",
    )
    managed_disk = Single(
        "Managed disk",
        OSManagedDisk,
        since="2016-04-30-preview",
        help="Azure stores the disk for you. Only VHDs in storage accounts go without.",
    )
    write_accelerator_enabled = Boolean(
        "Write Accelerator",
        since="2017-12-01",
        help="Speeds up log writes on M-series sizes. Needs Premium SSD and caching None. Off if not set.",
    )
    disk_size_gb = Integer(
        "Disk size",
        wire="diskSizeGB",
        since="2018-04-01",
        taken_since="2017-12-01",
        essential=True,
        unit="GiB",
        help=(
            "At least the image's size, at most 4,095. The image's size if not set.",
            Said("An ephemeral OS disk has at most 2,040.", since="2018-06-01"),
        ),
        example="64",
    )
    diff_disk_settings = Single(
        "Ephemeral OS disk",
        EphemeralDisk,
        since="2018-06-01",
        help="Keeps the OS disk on the host instead of in storage. Fixed once the scale set exists.",
    )
    delete_option = Choice(
        "When the instance is deleted",
        DELETE_OPTION,
        open=True,
        since="2022-03-01",
        help=(
            "What happens to the disk. Only for Flexible scale sets; an ephemeral disk always goes. Delete if not "
            "set."
        ),
    )
    storage_fault_domain_alignment = Choice(
        "Storage fault domain",
        FAULT_DOMAIN_ALIGNMENT,
        open=True,
        since="2025-11-01",
        help="Puts the disk where a storage failure hits only instances of the same fault domain. Not aligned if not set.",
    )


class ImageReference(Part):
    """The image that instances are made from: a marketplace image by its four names, or any image by its id."""

    publisher = Text(
        "Publisher",
        kind="imagePublisher",
        essential=True,
        help="Who offers the marketplace image. An update can change it, with offer and SKU.",
        example="Canonical",
    )
    offer = Text(
        "Offer",
        kind="imageOffer",
        essential=True,
        help="The publisher's product. An update can change it.",
        example="ubuntu-24_04-lts",
    )
    sku = Text(
        "Image SKU",
        kind="imageSku",
        essential=True,
        help="The edition of the offer, such as a release or a generation.",
        example="server",
    )
    version = Text(
        "Image version",
        kind="imageVersion",
        essential=True,
        suggestions=("latest",),
        help="Three numbers, or latest: the newest one when an instance is created or upgraded.",
        example="latest",
    )
    id = Text(
        "Image resource ID",
        kind="image",
        since="2016-04-30-preview",
        essential=True,
        help=(
            "An image of your own: a managed image, or an Azure Compute Gallery image. Leave the version off a gallery "
            "image's ID for the newest. Not together with publisher, offer, SKU and version."
        ),
        example=f"{PROVIDERS}/Microsoft.Compute/galleries/gal_shop/images/web",
    )
    shared_gallery_image_id = Text(
        "Shared gallery image",
        kind="sharedGalleryImage",
        since="2021-07-01",
        help="An image of a gallery that another subscription shares with yours directly. Instead of an image ID.",
        example="/SharedGalleries/11111111-2222-3333-4444-555555555555-GAL_SHOP/Images/web/Versions/latest",
    )
    community_gallery_image_id = Text(
        "Community gallery image",
        kind="communityGalleryImage",
        since="2021-11-01",
        help="An image of a gallery that its publisher shares with everyone. Instead of an image ID.",
        example="/CommunityGalleries/shop-1a2b3c/Images/web/Versions/latest",
    )
    exact_version = Text(
        "Exact image version",
        since="2019-07-01",
        read_only=True,
        help="The version that latest stood for. Azure writes it.",
    )


class DataDisk(Part):
    """A data disk that every instance gets."""

    summary = ("lun", "diskSizeGB", "managedDisk.storageAccountType")

    name = Text(
        "Disk name",
        help="Only a label in the model: Azure names the disks of the instances itself.",
        example="data",
    )
    lun = Integer(
        "LUN",
        required=True,
        essential=True,
        minimum=0,
        help=(
            "Logical unit number, from 0, different for each disk of an instance. The size decides how many there "
            "are. The operating system uses it to tell disks apart."
        ),
        example="0",
    )
    create_option = Choice(
        "Source",
        DATA_DISK_SOURCE,
        open=True,
        required=True,
        essential=True,
        help="Whether the disk starts empty or with the image's data disk of the same LUN.",
    )
    caching = Choice(
        "Host caching",
        CACHING,
        essential=True,
        help=(
            (
                "How the host caches reads and writes of this disk. Read-only if not set. Disks of 4 TiB or more have "
                "no cache."
            ),
            Said("Ultra disks have none.", since="2018-06-01", until="2021-11-01"),
            Said("Ultra disks and Premium SSD v2 have none.", since="2022-03-01"),
        ),
    )
    managed_disk = Single("Managed disk", DataManagedDisk, help="How Azure stores this disk.")
    disk_size_gb = Integer(
        "Disk size",
        wire="diskSizeGB",
        essential=True,
        unit="GiB",
        help="Needed for an empty disk. For a disk from an image it may be larger than the image's, not smaller.",
        example="128",
    )
    write_accelerator_enabled = Boolean(
        "Write Accelerator",
        since="2017-12-01",
        help="Speeds up log writes on M-series sizes. Needs Premium SSD and caching None. Off if not set.",
    )
    disk_iops_read_write = Integer(
        "IOPS",
        wire="diskIOPSReadWrite",
        since="2019-07-01",
        unit="IOPS",
        help=(
            "Reads and writes per second of an Ultra disk; a value that suits its size if not set.",
            Said("A Premium SSD v2 has 3,000 if not set, whatever its size.", since="2022-03-01"),
        ),
        example="3000",
    )
    disk_mbps_read_write = Integer(
        "Throughput",
        wire="diskMBpsReadWrite",
        since="2019-07-01",
        unit="MB/s",
        help=(
            "Throughput of an Ultra disk; a value that suits its size if not set.",
            Said("A Premium SSD v2 has 125 if not set, whatever its size.", since="2022-03-01"),
        ),
        example="125",
    )
    delete_option = Choice(
        "When the instance is deleted",
        DELETE_OPTION,
        open=True,
        since="2022-03-01",
        help="What happens to the disk. Only for Flexible scale sets. Delete if not set.",
    )
    storage_fault_domain_alignment = Choice(
        "Storage fault domain",
        FAULT_DOMAIN_ALIGNMENT,
        open=True,
        since="2025-11-01",
        help="Puts the disk where a storage failure hits only instances of the same fault domain. Not aligned if not set.",
    )


class StorageProfile(Part):
    """The image and the disks."""

    os_disk = Single(
        "OS disk",
        OSDisk,
        help="The disk that every instance starts from. If not set, Azure makes one from the image.",
    )
    image_reference = Single("Image", ImageReference, help="What instances are made from.")
    data_disks = List(
        "Data disks",
        DataDisk,
        singular="data disk",
        since="2016-04-30-preview",
        help="Disks that every instance gets beside the OS disk, each with its own LUN.",
    )
    disk_controller_name = Text(
        "Disk controller",
        wire="diskControllerType",
        since="2022-08-01",
        until="2024-07-01",
        suggestions=("SCSI", "NVMe"),
        help="How disks are attached: SCSI or NVMe. Size and image must both offer it. Azure decides if not set.",
        example="NVMe",
    )
    disk_controller_type = Choice(
        "Disk controller",
        DISK_CONTROLLER,
        open=True,
        since="2024-11-01",
        help="How disks are attached. Size and image must both offer it. Azure decides if not set.",
    )
    disk_api_version = Choice(
        "Disk API version",
        DISK_API_VERSION,
        open=True,
        since="2026-04-01",
        help=(
            "The version of the disk API by which disk resource settings are read. Needed only with such "
            "settings."
        ),
    )
