# coding: unicode_escape
"""Names an encoding in which the text is another program than it looks.

Expected: 0 points.
"""
# harmless? \nraise RuntimeError("it is another program")
