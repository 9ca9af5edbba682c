"""One small file per type of step, all of the same shape: commands, facts, state, ``who``, ``decide``, ``evolve``."""
