"""Performance figures, each a ratio against a baseline in the same run: machines are noisy."""
