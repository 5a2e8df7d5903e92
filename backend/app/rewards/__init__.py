"""What points are exchanged for, and where. 奖品兑换。"""
