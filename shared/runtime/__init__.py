"""Mechanics that know no case and no region: store, relay, bus, consumer, projector, HTTP, identity, files."""
