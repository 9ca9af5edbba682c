"""Runs the registry alone."""

from services.registry.app import build
from shared.runtime.process import run_alone

if __name__ == "__main__":
    run_alone("registry", build)
