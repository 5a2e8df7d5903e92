"""Logging in without the mini-program: ways of proof behind one interface, and what joins them."""
