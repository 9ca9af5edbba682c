"""Understands how a demonstration signs people in: a small OpenID provider on this machine only."""

from shared.runtime.issuer.app import NotLoopback, create_issuer
from shared.runtime.issuer.keys import IssuerKeys
from shared.runtime.issuer.people import Account, People, read_people

__all__ = ["Account", "IssuerKeys", "NotLoopback", "People", "create_issuer", "read_people"]
