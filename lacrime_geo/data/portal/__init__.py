"""Incidents from the city's open-data portal: what to ask for, page by page, joined into one file."""
