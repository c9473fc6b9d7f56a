"""The questions that starters share, in the order in which they are asked."""

from __future__ import annotations

from typing import Final

from .declaration import Question

_PROFILE: Final = "properties.virtualMachineProfile"
_NIC: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations[0].properties"
_IP: Final = f"{_NIC}.ipConfigurations[0].properties"

ADDRESS: Final = (
    Question("name", "$target.name"),
    Question(
        "subscription",
        "$target.subscription",
        label="Subscription",
        help="The subscription that pays for it, by name from the list or by its ID.",
    ),
    Question("resourceGroup", "$target.resourceGroup"),
    Question("location", "location"),
)
SUBNET: Final = Question(
    "subnet",
    f"{_IP}.subnet.id",
    label="Subnet",
    help="Each instance takes an address of it.",
)
POOL: Final = Question(
    "pool",
    f"{_IP}.loadBalancerBackendAddressPools[0].id",
    label="Backend pool of the load balancer",
    help="The load balancer sends its traffic to the instances in this pool.",
)
SECURITY_GROUP: Final = Question(
    "securityGroup",
    f"{_NIC}.networkSecurityGroup.id",
    label="Network security group",
    help="Its rules say what may reach the instances.",
)
SSH_KEY: Final = Question(
    "sshKey",
    f"{_PROFILE}.osProfile.linuxConfiguration.ssh.publicKeys[0].keyData",
    label="SSH public key",
    help="Of whoever signs in as azureuser: one line that starts with ssh-ed25519 or ssh-rsa.",
    rows=3,
)
PASSWORD: Final = Question(
    "password",
    f"{_PROFILE}.osProfile.adminPassword",
    label="Password",
    help=(
        "Of the administrator azureuser: 8 to 123 characters with three of lower case, upper case, digit and sign."
        " It is stored encrypted and never shown again."
    ),
)
IMAGE: Final = Question(
    "image",
    f"{_PROFILE}.storageProfile.imageReference.id",
    label="Image",
    help="A generalized Linux image, of a gallery or your own. Without a version its latest is used.",
)
