"""Numbers that others have published or that their programs print, each with where it is from."""
