"""The walls around a student's code, the warm process within them, and the wire between."""
