"""Frozen accounts, frozen days, and what gave rise to them. 冻结和异常。"""
