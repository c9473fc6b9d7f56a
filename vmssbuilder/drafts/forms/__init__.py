"""The forms of drafts: how one is started, how a setting is found, and the pages of fields."""
