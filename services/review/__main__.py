"""Understands how review runs alone: ``python -m services.review``, meeting the other services over Kafka."""

from __future__ import annotations

from services.review.app import build
from shared.runtime.process import run_alone

if __name__ == "__main__":
    run_alone("review", build)
