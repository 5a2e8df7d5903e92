"""定等: proposed by the machine with reasons, decided by a meeting with minutes."""
