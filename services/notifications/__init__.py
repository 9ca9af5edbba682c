"""Understands how those concerned are told, and remembers who was told what and when."""
