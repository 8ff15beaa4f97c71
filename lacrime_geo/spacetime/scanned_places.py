"""Incidents of a scan with a place and a date: what analyses of pairs keep of each, some twenty bytes."""
