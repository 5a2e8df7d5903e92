"""Shops, farms, schools and persons that are assessed: who they are, and how they are rated."""
