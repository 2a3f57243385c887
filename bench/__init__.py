"""Measurements: one file a row of the table in the README. Each prints its figure, and none of them fails."""
