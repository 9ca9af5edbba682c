"""Everything the house promises, held to it."""
