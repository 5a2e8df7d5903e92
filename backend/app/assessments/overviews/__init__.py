"""总览: a leader's screen of the whole county, and a unit's own page."""
