"""Explain an error: what Azure or a tool printed, in words, with the field and the cure. Nothing of it is kept."""
