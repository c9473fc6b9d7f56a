"""The image and the disks of the instances."""

from __future__ import annotations

from ..properties import Choice, Integer, List, Part, Single, Text, Value
from .references import SUBSCRIPTION

CACHING = (
    Value(
        "None",
        "None",
        "No cache. For write-heavy data such as logs. Azure uses read-only for OS disks all the same.",
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
)

DATA_DISK_SOURCE = (
    Value("FromImage", "From image", "The disk is made from the image's data disk with the same LUN."),
    Value("Empty", "Empty", "A blank disk, which you partition and format after the first start."),
    Value("Attach", "Attach", "An existing disk. Declared by the API, but a scale set model cannot use it."),
)

DISK_TYPE = (
    Value("Standard_LRS", "Standard HDD (locally redundant)", "The cheapest. For backups and rare access."),
    Value(
        "Premium_LRS",
        "Premium SSD (locally redundant)",
        "For production. Needs a size with premium storage (an s in its name).",
    ),
)


class VirtualHardDisk(Part):
    """A VHD blob."""

    uri = Text(
        "VHD address",
        kind="vhdBlob",
        help=(
            "A generalized VHD in a storage account, from which unmanaged OS disks are made beside it. Only for scale "
            "sets without managed disks; Azure retires these."
        ),
        example="https://stshop.blob.core.windows.net/images/web.vhd",
    )


class OSManagedDisk(Part):
    """The managed disk behind the OS disk."""

    storage_account_type = Choice(
        "Disk type",
        DISK_TYPE,
        open=True,
        essential=True,
        help=(
            "Kind and redundancy of the OS disk. Azure picks a type that suits the size when this is left out. It "
            "cannot be changed later."
        ),
    )


class DataManagedDisk(Part):
    """The managed disk behind a data disk."""

    storage_account_type = Choice(
        "Disk type",
        DISK_TYPE,
        open=True,
        essential=True,
        help="Kind and redundancy of this data disk. It decides price, speed and the largest size.",
    )


class OSDisk(Part):
    """The disk that every instance starts from."""

    name = Text(
        "Disk name",
        help="Only for unmanaged disks. Azure refuses a name when the disk is managed.",
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
            "Containers in your storage accounts that hold the unmanaged OS disks: one account for each 20 instances. "
            "Leave it out for managed disks."
        ),
    )
    caching = Choice(
        "Host caching",
        CACHING,
        essential=True,
        help=(
            "How the host caches reads and writes of the OS disk. When left out, the API text says none for standard "
            "and read-only for premium disks; read/write is the usual choice."
        ),
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
        help="Azure stores the disk for you. Leave it out only for VHDs in storage accounts.",
    )


class ImageReference(Part):
    """The image that instances are made from: a marketplace image by its four names, or any image by its id."""

    publisher = Text(
        "Publisher",
        kind="imagePublisher",
        essential=True,
        help="Who offers the marketplace image. Fixed once the scale set exists.",
        example="Canonical",
    )
    offer = Text(
        "Offer",
        kind="imageOffer",
        essential=True,
        help="The publisher's product. Fixed once the scale set exists.",
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
        help=(
            "Three numbers, or latest: then each instance takes the newest version when it is created and keeps it "
            "until it is upgraded or reimaged."
        ),
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
        example=f"{SUBSCRIPTION}/Microsoft.Compute/galleries/gal_shop/images/web",
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
        help="How the host caches reads and writes of this disk. Disks of 4 TiB or more, Ultra and Premium SSD v2 have none.",
    )
    managed_disk = Single("Managed disk", DataManagedDisk, help="How Azure stores this disk.")
    disk_size_gb = Integer(
        "Size",
        wire="diskSizeGB",
        essential=True,
        unit="GiB",
        help="Needed for an empty disk. For a disk from an image it may be larger than the image's, not smaller.",
        example="128",
    )


class StorageProfile(Part):
    """The image and the disks."""

    os_disk = Single(
        "OS disk",
        OSDisk,
        help="The disk that every instance starts from. Azure makes one when it is left out.",
    )
    image_reference = Single("Image", ImageReference, help="What instances are made from.")
    data_disks = List(
        "Data disks",
        DataDisk,
        singular="data disk",
        since="2016-04-30-preview",
        help="Disks that every instance gets beside the OS disk, each with a LUN of its own.",
    )
