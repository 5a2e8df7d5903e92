"""待复核：被信号拦下的评价怎样复核。 The pages on which flagged ratings are reviewed."""
