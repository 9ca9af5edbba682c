"""Understands how the published language is shown to others: JSON Schemas, an AsyncAPI 3.0 document, a page to read.

Everything is generated from :mod:`shared.events` and committed under ``shared/schemas``, so that a change of a word is
seen in review: ``python -m shared.runtime.schemas write`` writes, ``… check`` compares.
"""
