"""Runs notifications alone."""

from services.notifications.app import build
from shared.runtime.process import run_alone

if __name__ == "__main__":
    run_alone("notifications", build)
