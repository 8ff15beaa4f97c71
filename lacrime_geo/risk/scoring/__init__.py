"""How good a predicted map was, and how sure that is."""
