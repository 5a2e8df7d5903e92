"""Where rewards are handed out, and by whom. 兑换点。"""
