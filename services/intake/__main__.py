"""Understands how intake runs alone: ``python -m services.intake``, meeting the other services over Kafka."""

from __future__ import annotations

from services.intake.app import build
from shared.runtime.process import run_alone

if __name__ == "__main__":
    run_alone("intake", build)
