"""What the checks of one request share: the request, a client, and what was read already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Generic, TypeVar

from vmssbuilder.scaleset import Request
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.scaleset.demand import get
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.sending import updated

from ..client import ArmClient, LiveScaleSet, ScaleSetAddress
from ..errors import NotFound
from ..pickers.sources import SOURCES
from ..pickers.suggestions import Suggestion, Where, region_name

T = TypeVar("T")

_SIZE: Final[Path] = ("sku", "name")
_MIX: Final[Path] = ("properties", "skuProfile", "vmSizes")
_IMAGE: Final[Path] = ("properties", "virtualMachineProfile", "storageProfile", "imageReference")


class NotSaid(Exception):
    """The request does not say what a check needs. path: where it would say it."""

    def __init__(self, what: str, path: str) -> None:
        super().__init__(f"The request names no {what} yet, so this was not checked.")
        self.path = path


class Once(Generic[T]):
    """A value that several checks want and one of them gets. An error is not kept: the next one asks again."""

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._value: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._value:
                self._value.append(self._fetch())
            return self._value[0]


class CheckContext:
    """request: its document holds references in place of secrets. clear: the same document with their values."""

    def __init__(self, client: ArmClient, request: Request, clear: dict[str, Any]) -> None:
        self.client = client
        self.request = request
        self.clear = clear
        self.live: Once[LiveScaleSet | None] = Once(self._live)
        self.there: Once[dict[str, Any] | None] = Once(self._there)
        self.sizes: Once[dict[str, Suggestion]] = Once(self._sizes)
        self.image: Once[tuple[str, Suggestion] | None] = Once(self._image)

    @property
    def updates(self) -> bool:
        return self.request.operation == "update"

    @property
    def address(self) -> ScaleSetAddress:
        """Raises NotSaid, also for what cannot stand in an address."""
        target = self.request.target
        for what, path, value in (
            ("subscription", "$target.subscription", target.subscription),
            ("resource group", "$target.resourceGroup", target.resource_group),
            ("name", "$target.name", target.name),
        ):
            try:
                ScaleSetAddress(value or "", "x", "x")
            except ValueError:
                raise NotSaid(what, path) from None
        return ScaleSetAddress(target.subscription, target.resource_group, target.name)

    @property
    def subscription(self) -> str:
        """Raises NotSaid."""
        if Where(self.request.target.subscription).missing(("subscription",)):
            raise NotSaid("subscription", "$target.subscription")
        return self.request.target.subscription.strip()

    @property
    def where(self) -> Where:
        """Subscription and region. Raises NotSaid."""
        region = get(self.whole(), "location")
        where = Where(self.subscription, region_name(region) if isinstance(region, str) else "")
        if where.missing(("region",)):
            raise NotSaid("region", "location")
        return where

    def whole(self, *, clear: bool = False) -> dict[str, Any]:
        """The scale set as it is wanted: of an update, what is there with its changes."""
        document = self.clear if clear else self.request.document
        there = self.there() if self.updates else None
        return document if there is None else updated(there, replace(self.request, document=document))

    def _live(self) -> LiveScaleSet | None:
        return self.client.get(self.address, self.request.api_version)

    def _there(self) -> dict[str, Any] | None:
        """What is there, as a document that can be sent."""
        live = self.live()
        return None if live is None else plain(live.document, live.api_version)[0]

    def _sizes(self) -> dict[str, Suggestion]:
        return {each.value.lower(): each for each in SOURCES["sizes"].fetch(self.client, self.where)}

    def wanted_sizes(self) -> list[tuple[Path, str, Suggestion | None]]:
        """Place, name and what Azure says here of each size: those of a mix, or the one of all. Raises NotSaid."""
        mix = get(self.whole(), *_MIX)
        if str(get(self.whole(), *_SIZE)).strip().lower() == "mix" and isinstance(mix, list):
            named = [((*_MIX, position, "name"), get(each, "name")) for position, each in enumerate(mix)]
        else:
            named = [(_SIZE, self.size()[0])]
        return [
            (path, name, self.sizes().get(name.strip().lower()))
            for path, name in named
            if isinstance(name, str)
        ]

    def _image(self) -> tuple[str, Suggestion] | None:
        """Name and newest version of the marketplace image, None when the request names none or it is not on offer."""
        image = [get(self.whole(), *_IMAGE, each) for each in ("publisher", "offer", "sku")]
        if not all(isinstance(each, str) and each.strip() for each in image):
            return None
        where = Where(self.where.subscription, self.where.region, *image)
        if where.missing(("publisher", "offer", "sku")):
            return None
        try:
            newest = next(iter(SOURCES["imageVersions"].fetch(self.client, where)), None)
        except NotFound:
            return None
        return None if newest is None else (" / ".join(image), newest)

    def size(self) -> tuple[str, Suggestion | None]:
        """The name of the size, and what Azure says of it here. Raises NotSaid."""
        name = get(self.whole(), "sku", "name")
        if not isinstance(name, str) or not name.strip():
            raise NotSaid("size", "sku.name")
        return name, self.sizes().get(name.strip().lower())
