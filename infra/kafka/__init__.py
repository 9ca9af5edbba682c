"""A real, pinned Apache Kafka on this machine, without containers."""
