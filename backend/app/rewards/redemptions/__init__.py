"""Rewards reserved, fetched and brought back. 兑换。"""
