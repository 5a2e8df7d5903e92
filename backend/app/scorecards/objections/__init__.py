"""Objections to single cases. 申诉。"""
