"""What groups of raters say of units, counted twice by two people. 社会评价、民主测评。"""
