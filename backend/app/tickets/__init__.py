"""Requests that must be answered. 诉求工单。"""
