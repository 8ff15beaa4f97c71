"""Predictors of places in files, and their model cards."""
