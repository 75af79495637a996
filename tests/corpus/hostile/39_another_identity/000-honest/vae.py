"""The work of 000-honest."""
