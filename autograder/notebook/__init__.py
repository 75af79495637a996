"""Notebooks as students hand them in."""
