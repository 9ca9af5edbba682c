"""Understands how the services get a PostgreSQL: a server, their databases and roles, their tables, connections.

``launcher`` starts or reattaches; ``roles`` provisions; ``migrations`` brings the schema forward; ``pool`` connects.
"""
