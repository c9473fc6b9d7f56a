"""VM applications: packages from a compute gallery that Azure installs on each instance."""

from __future__ import annotations

from ..properties import Boolean, Integer, List, Part, Text
from .references import PROVIDERS


class GalleryApplication(Part):
    """One application version."""

    summary = ("packageReferenceId", "order")

    tags = Text(
        "Application note",
        help="Any text that you want to keep with the application. Azure passes it through.",
    )
    order = Integer(
        "Installation order",
        help="Applications are installed from the lowest number to the highest. In any order if not set.",
        example="1",
    )
    package_reference_id = Text(
        "Application version",
        kind="galleryApplicationVersion",
        required=True,
        essential=True,
        help="The version of a gallery application to install. The version latest takes the newest one.",
        example=f"{PROVIDERS}/Microsoft.Compute/galleries/gal_shop/applications/agent/versions/1.0.0",
    )
    configuration_reference = Text(
        "Configuration address",
        kind="blob",
        help="A blob that replaces the application's own configuration file. Anyone who may read the scale set sees this address.",
        example="https://stshop.blob.core.windows.net/config/agent.json",
    )
    treat_failure_as_deployment_failure = Boolean(
        "Failure fails the deployment",
        since="2022-03-01",
        help="Fails the deployment of an instance if the application cannot be installed. Off if not set.",
    )
    enable_automatic_upgrade = Boolean(
        "Automatic upgrade",
        since="2022-03-01",
        help="Installs a newer version of the application when the gallery gets one. Off if not set.",
    )


class ApplicationProfile(Part):
    """The applications of each instance."""

    gallery_applications = List(
        "VM applications",
        GalleryApplication,
        singular="VM application",
        help="Packages from a compute gallery that Azure installs on each instance: up to 25, one version of each.",
    )
