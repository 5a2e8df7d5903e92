"""Draws that anybody can check. 抽奖。"""
