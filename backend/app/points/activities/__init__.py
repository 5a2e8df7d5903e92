"""Meetings and volunteer work that earn points. 活动积分。"""
