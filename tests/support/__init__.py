"""Fixtures and instruments that several folders of tests share."""
