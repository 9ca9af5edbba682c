"""The walls: what may import, name and do what. Every wall is shown to stand by breaking it."""
