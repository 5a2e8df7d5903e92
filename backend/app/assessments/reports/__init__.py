"""Monthly windows: what units fill in, and who reviews it. 月度汇报与审核。"""
