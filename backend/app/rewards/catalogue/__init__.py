"""The rewards there are. 奖品目录。"""
