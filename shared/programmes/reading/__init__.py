"""Understands how a definition is read: YAML as a plain tree, typed strictly, every fault at its line."""
