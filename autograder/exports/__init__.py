"""Results in the formats of other programs: Canvas, Gradescope, spreadsheets."""
