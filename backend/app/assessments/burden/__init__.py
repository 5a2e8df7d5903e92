"""减负: what filling in costs units, and forms that are asked for beside it."""
