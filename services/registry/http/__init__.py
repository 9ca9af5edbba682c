"""Understands how the registry is asked over HTTP: the list and one title by anybody, the audit trail by inspectors."""

from services.registry.http.audit import audit_routes
from services.registry.http.titles import title_routes

__all__ = ["audit_routes", "title_routes"]
