"""Understands the published language by its parts; everybody reads them from :mod:`shared.events`."""
