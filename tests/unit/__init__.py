"""Plain functions and their properties."""
