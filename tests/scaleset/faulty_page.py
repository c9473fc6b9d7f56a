"""A page of documentation of our own, whose samples have the faults of Microsoft's REST page.

Commas missing and too many, curly quotes, a list in braces, an object closed too early, a blank inside an id, names, shapes
and places that the API does not have, both operating systems at once, two images for one disk, and a fragment that ends in
dots.
"""

from __future__ import annotations

import re

MANAGED = """{
  "location": "uksouth",
  "sku": {
    "name": "Standard_A1",
    "capacity": 2
  },
  "properties": {
    "overprovision": true,
    "virtualMachineProfile": {
      "osProfile": {
        "computerNamePrefix": "shop",
        "adminPassword": "********",
        "secrets": [ {
          "sourceVault": {
            "id": "/subscriptions/{subscription-id}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
          }
          "vaultCertificates": [ {
            "certificateUrl": "https://v.vault.azure.net/secrets/{secret-name}/{secret-version}",
            "certificateStore": "My",
          } ]
        } ],
        "linuxConfiguration": {
          "ssh": { "publicKeys": [ { "path": "path", "keyData": "publickey" } ] },
        },
        "windowsConfiguration": {
          "winRM": { "listeners": [ { "protocol": "https" } ] },
          "additionalUnattendContent": {
            "pass": "oobesystem",
            "component": "Microsoft-Windows-Shell-Setup",
            "settingName": "AutoLogon"
          }
        }
      },
      "storageProfile": {
        "imageReference": { "publisher": "Canonical" }
        "dataDisks": {
          {
            "lun": 0,
            "createOption": "Empty",
            "managedDisk": { "storageAccountType": "Standard_LRS" },
            "diskSizeGB": 64
          }
        }
      }
    }
  }
}"""

UNMANAGED = """{
  "location": "uksouth",
  "properties": {
    "virtualMachineProfile": {
      "osProfile": {
        "secrets": [ {
          "sourceVault": { "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v" }
          "vaultCertificates": [ { "certificateStore": "My", } ]
        } ],
        "linuxConfiguration": { "disablePasswordAuthentication": true },
        "windowsConfiguration": { "provisionVMAgent": true }
      },
      "storageProfile": {
        "osDisk": {
          "name": "os",
          "image": {
            "uri": "https://s.blob.core.windows.net/images/os.vhd"
        },
        "vhdContainers": [ "https://s.blob.core.windows.net/vhds" ],
        "caching": "ReadWrite”,
        "createOption": "FromImage"
        },
        "imageReference": { "publisher": "MicrosoftWindowsServer", "offer": "WindowsServer" }
      }
    }
  }
}"""

UPDATE = """{
  "sku": { "name": "Standard_A1", "capacity": 2 },
  "properties": {
    "upgradePolicy": { "mode": "Manual" },
    "virtualMachineProfile": {
      "osProfile": { "secrets": [ ] }
      "storageProfile": {
        "osDisk": {
          "image": {
            "uri": "https://s.blob.core.windows.net/images/os.vhd"
        },
        "caching": "ReadWrite",
        "createOption": "FromImage"
        }
      }
  }
  "networkProfile": {
    "networkInterfaceConfigurations": [ {
      "name": "nic",
      "properties": {
        "ipConfigurations": [ {
          "name": "ip",
          "properties": {
            "applicationGatewayBackendAddressPools": [ {
              "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationGateways /agw/backendAddressPools/p"
            } ]
          }
        } ]
      }
    } ]
  }
}

}"""

FRAGMENT = """{
  "id": "/subscriptions/{subscription-id/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web",
  "name": "web",
  "type": "Microsoft.Compute/virtualMachineScaleSets",
  "location": "uksouth",
  "plan": { "name": "p" },
  "properties": {
  ..."""

SAMPLES = (MANAGED, UNMANAGED, UPDATE, FRAGMENT)

PAGE = f"""# Make a group of machines

Send this with managed disks:

```
{MANAGED}
```

With disks in a storage account it looks like this:

```
{UNMANAGED}
```

| Name | Meaning |
| ---- | ------- |
| `sku` | Which machines, and how many. |

## Change it

Send what is to be other than it was:

```
{UPDATE}
```

## An image that is sold

```
{FRAGMENT}
```

The answer is 201.
"""


def blocks(page: str) -> list[tuple[int, str]]:
    """The JSON blocks of a page, each with the number of lines before it."""
    return [
        (page.count("\n", 0, found.start(1)), found[1])
        for found in re.finditer(r"```\s*\n(\{.*?)```", page, re.DOTALL)
    ]
