"""Where and when at once: near repeats, emerging hotspots, outbreaks."""
