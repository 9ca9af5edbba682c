"""Understands how a person runs the product on one machine: start, look, mend, stop. It knows no service by name."""
