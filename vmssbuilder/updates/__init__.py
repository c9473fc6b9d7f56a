"""Changing what runs: opening a live scale set as a draft, and what sending the draft would do."""
