"""Plain Python: what may happen and what follows; no I/O, no framework, no clock."""
