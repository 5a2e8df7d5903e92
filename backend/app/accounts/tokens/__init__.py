"""Tokens of other systems. 接口令牌。"""
