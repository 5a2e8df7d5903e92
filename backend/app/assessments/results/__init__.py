"""得分: totals of a year with their reasons, stored and shown."""
