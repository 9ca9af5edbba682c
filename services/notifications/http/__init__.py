"""Understands how notifications is asked over HTTP: my notices, the log of who was told what, office addresses."""

from services.notifications.http.contacts import contact_routes
from services.notifications.http.log import log_routes
from services.notifications.http.notices import notice_routes

__all__ = ["contact_routes", "log_routes", "notice_routes"]
