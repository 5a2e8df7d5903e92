"""One screen for whoever leads the county. 领导一屏。"""
