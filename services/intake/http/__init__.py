"""Understands how intake is asked over HTTP: rounds by anybody, applications by those who draw them up."""

from services.intake.http.applications import application_routes
from services.intake.http.documents import document_routes
from services.intake.http.filing import filing_routes
from services.intake.http.rounds import round_routes

__all__ = ["application_routes", "document_routes", "filing_routes", "round_routes"]
