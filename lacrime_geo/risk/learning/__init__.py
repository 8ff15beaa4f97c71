"""Predictors that learn from features of the places, as these were known at earlier origins."""
