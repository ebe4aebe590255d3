"""The terminal's one SQLite file. The only room of the terminal that speaks SQL."""
