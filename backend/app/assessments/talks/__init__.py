"""谈话 with persons who are assessed: recorded by both, and before it no result is shown."""
