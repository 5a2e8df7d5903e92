"""年终: the steps from closing the year to the archive, on one page."""
