"""What happens when something is killed, late, repeated or taken away."""
