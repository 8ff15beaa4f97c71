"""The tables of real places in docs/correlates.md."""
