"""Drivers of GPUs and InfiniBand."""

from __future__ import annotations

from typing import Final

from ..properties import Boolean, Part, Text
from ..wording import Said
from .declared import Preset, both


class LinuxGpuSettings(Part):
    """Settings of the NVIDIA driver handler for Linux."""

    update_os = Boolean(
        "Update the kernel",
        wire="updateOS",
        help="Also updates the kernel when the driver does not need it. Off if not set.",
    )
    driver_version = Text(
        "Driver version",
        help="A GRID driver or a CUDA toolkit version. The newest that fits if not set.",
        example="535.161",
    )
    install_cuda = Boolean(
        "Install CUDA",
        wire="installCUDA",
        help="Installs the CUDA toolkit too. Only for NC and ND sizes. On if not set.",
    )


class WindowsGpuSettings(Part):
    """Settings of the NVIDIA driver handler for Windows."""

    driver_version = Text(
        "Driver version",
        help="A GRID or a Tesla driver version. The newest that fits if not set.",
        example="538.46",
    )


_INTERNET: Final = "internet access for the download"

PRESETS: Final = (
    Preset(
        name="nvidia-gpu-linux",
        title="NVIDIA GPU driver for Linux",
        said="Installs the driver on sizes with an NVIDIA GPU. It does not update it later.",
        system="Linux",
        called="NvidiaGpuDriver",
        publisher="Microsoft.HpcCompute",
        kind="NvidiaGpuDriverLinux",
        version="1.6",
        settings=LinuxGpuSettings,
        with_it=(
            Said(_INTERNET, until="2020-06-01"),
            Said(f"{_INTERNET}, and Secure Boot off", since="2020-12-01"),
        ),
    ),
    Preset(
        name="nvidia-gpu-windows",
        title="NVIDIA GPU driver for Windows",
        said="Installs the driver on sizes with an NVIDIA GPU. It does not update it later.",
        system="Windows",
        called="NvidiaGpuDriver",
        publisher="Microsoft.HpcCompute",
        kind="NvidiaGpuDriverWindows",
        version="1.10",
        settings=WindowsGpuSettings,
        with_it=_INTERNET,
    ),
    *both(
        "amd-gpu",
        title=("AMD GPU driver for Linux", "AMD GPU driver for Windows"),
        said=(
            "Installs the driver on sizes with an AMD GPU, such as NVads V710 v5.",
            "Installs the driver on sizes with an AMD GPU, such as NVv4 and NVads V710 v5.",
        ),
        called="AmdGpuDriver",
        publisher="Microsoft.HpcCompute",
        kind=("AmdGpuDriverLinux", "AmdGpuDriverWindows"),
        version="1.0",
        with_it=_INTERNET,
    ),
    *both(
        "infiniband",
        title=("InfiniBand driver for Linux", "InfiniBand driver for Windows"),
        said="Installs the driver on sizes with InfiniBand (RDMA), an r in their name.",
        called="InfiniBandDriver",
        publisher="Microsoft.HpcCompute",
        kind=("InfiniBandDriverLinux", "InfiniBandDriverWindows"),
        version=("1.2", "1.5"),
        with_it=_INTERNET,
    ),
)
