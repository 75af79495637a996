"""Grades the course's assignments: fast, safely, with feedback that names the mistake."""

__version__ = "0.1.0"
