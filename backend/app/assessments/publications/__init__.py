"""公示: a locked year told to everybody, once; what is corrected later stands beside it."""
