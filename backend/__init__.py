"""村声 Village Voice."""
