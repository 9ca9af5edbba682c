"""One suite per promise that several implementations make."""
