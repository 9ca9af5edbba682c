"""What runs outside the four services: the local broker, deployment, decisions."""
