"""Where a terminal's file has its ratings: those of the half-day that goes on, and the others."""

RATING_IDS = "SELECT id FROM fresh_ratings UNION ALL SELECT id FROM ratings"
