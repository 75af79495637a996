"""The solution as it stands: nothing differs."""
