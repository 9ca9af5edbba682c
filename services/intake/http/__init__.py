"""Understands how intake is asked over HTTP: rounds and regulations by anybody, applications by their applicants."""

from services.intake.http.applications import application_routes
from services.intake.http.documents import document_routes
from services.intake.http.filing import filing_routes
from services.intake.http.filings import filings_routes
from services.intake.http.forms import form_routes
from services.intake.http.programmes import Library, programme_routes
from services.intake.http.rounds import round_routes

__all__ = [
    "Library",
    "application_routes",
    "document_routes",
    "filing_routes",
    "filings_routes",
    "form_routes",
    "programme_routes",
    "round_routes",
]
