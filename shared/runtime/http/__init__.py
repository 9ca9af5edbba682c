"""Understands how the house speaks HTTP: problems in two languages, versions, keys, cursors, limits, access, health."""

from shared.runtime.http.access import Allow, Caller, Public
from shared.runtime.http.app import Edge, create_app, route_faults
from shared.runtime.http.command import Changing, Command, Creating, answer
from shared.runtime.http.etags import check_version, etag, unchanged
from shared.runtime.http.flaws import Rejection
from shared.runtime.http.limits import Limits
from shared.runtime.http.pages import Page, Paged
from shared.runtime.http.route import Accepts, Input, router

__all__ = [
    "Accepts",
    "Allow",
    "Caller",
    "Changing",
    "Command",
    "Creating",
    "Edge",
    "Input",
    "Limits",
    "Page",
    "Paged",
    "Public",
    "Rejection",
    "answer",
    "check_version",
    "create_app",
    "etag",
    "route_faults",
    "router",
    "unchanged",
]
