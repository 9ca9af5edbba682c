"""Understands how the four services stand side by side; only ``services.__main__`` knows all of them."""
