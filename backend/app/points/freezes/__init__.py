"""Frozen accounts, held days, and what gave rise to them. 冻结和异常。"""
