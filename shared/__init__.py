"""Understands what the services have in common: a published language, the regulations as data, the mechanics."""
