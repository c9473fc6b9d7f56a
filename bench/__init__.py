"""Measures speed and size against a bare page in the same run: `make bench`."""
