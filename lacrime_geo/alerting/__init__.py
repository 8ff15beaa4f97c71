"""Early warnings: which counts are higher than chance allows, area by area and night by night."""
