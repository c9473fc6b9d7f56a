"""The app of pickers."""

from django.apps import AppConfig


class PickersConfig(AppConfig):
    """Choosing values from what Azure has on offer."""

    name = "vmssbuilder.pickers"

    def ready(self) -> None:
        """Fields of these kinds get a way to choose."""
        from vmssbuilder.azure.pickers import PICKERS
        from vmssbuilder.drafts.forms import picking

        from . import fetching, sizes, subscriptions, whereabouts, words, zones

        kinds = {kind: picker.one for kind, picker in PICKERS.items()}
        searches = {path: words.SEARCHES[kind] for path, kind in whereabouts.OBJECTS.items()}
        picking.offer(kinds, searches, fetching.usable, zones.known, subscriptions.name, sizes.doubts)
