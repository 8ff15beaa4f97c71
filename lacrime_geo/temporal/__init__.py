"""When: counts by day and week, the clock, the season, the trend."""
