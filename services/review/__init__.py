"""Understands how rules, experts and officers judge a case, step by step, and who may take which step."""
