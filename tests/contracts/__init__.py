"""Promises between the parts: the words they say, the buses that carry them, the stores that keep them."""
