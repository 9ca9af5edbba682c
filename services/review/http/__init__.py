"""Understands how review is asked over HTTP: work, cases and every act in them, rounds, titles and revocation."""

from services.review.http.acts import act_routes
from services.review.http.budgets import budget_routes
from services.review.http.cases import case_routes
from services.review.http.deadlines import deadline_routes
from services.review.http.duties import duty_routes
from services.review.http.exports import export_routes
from services.review.http.gathering import gathering_routes
from services.review.http.moves import move_routes
from services.review.http.objections import objection_routes
from services.review.http.old_cases import old_case_routes
from services.review.http.procedures import procedure_routes
from services.review.http.rounds import round_routes
from services.review.http.title_life import title_life_routes
from services.review.http.titles import title_routes
from services.review.http.years import year_routes

__all__ = [
    "act_routes",
    "budget_routes",
    "case_routes",
    "deadline_routes",
    "duty_routes",
    "export_routes",
    "gathering_routes",
    "move_routes",
    "objection_routes",
    "old_case_routes",
    "procedure_routes",
    "round_routes",
    "title_life_routes",
    "title_routes",
    "year_routes",
]
