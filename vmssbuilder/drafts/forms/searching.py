"""The search for a setting."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Field, Layout

from vmssbuilder.web.forms import WORDS, SearchForm, SearchWordsField


class SettingSearch(SearchForm):
    """What somebody calls a setting."""

    q = SearchWordsField("What the setting is called, or does", "Such as disk size, spot, ssh key")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.helper.layout = Layout(Field("q", template=WORDS))
