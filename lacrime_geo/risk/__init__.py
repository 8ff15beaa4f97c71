"""Where next: which places will have most of the coming incidents, by what was known before them."""
