"""The outside of the service: SQL, files, mail."""
