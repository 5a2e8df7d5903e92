"""Blind tokens, the keys that sign them, and the sealed box. 匿名票。"""
