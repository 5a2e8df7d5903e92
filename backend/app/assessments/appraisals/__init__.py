"""社会评价: what groups of raters say of units."""
