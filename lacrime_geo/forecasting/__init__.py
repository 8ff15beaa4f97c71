"""What is to come: forecasts of counts, with intervals, beside those that need no model."""
