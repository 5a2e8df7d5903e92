"""Targets in, colours, points and totals with reasons out. 目标考核的纯函数。"""
