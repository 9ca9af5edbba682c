"""Understands who is calling: OpenID Connect bearer tokens, roles, and how far a region reaches."""
