"""Predictors of where incidents will be: what is known in, the expected incidents of each place out."""
