"""What Azure has on offer for a property of a scale set: fetched, shaped and searched. Suggestions, never a cage.

    picker = PICKERS["vmSize"]
    where = Where(subscription="1111...", region="uksouth")
    index = SearchIndex(pack(picker.source.fetch(client, where)))
    index.search("4 vcpu", where, picker, Filters(zone="2"))

A fetch raises AzureError, as the client does; `trouble` puts it into words for somebody who only wanted a list.
"""

from __future__ import annotations

from .kinds import PICKERS, SCALE_SETS, Picker
from .search_index import Filters, SearchIndex, SuggestionMatches, pack
from .suggestions import Suggestion, Where
from .troubles import Trouble, trouble

__all__ = [
    "PICKERS",
    "SCALE_SETS",
    "Filters",
    "Picker",
    "SearchIndex",
    "Suggestion",
    "SuggestionMatches",
    "Trouble",
    "Where",
    "pack",
    "trouble",
]
