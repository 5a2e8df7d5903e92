"""Locked months, their corrections and their verification. 锁定和更正。"""
