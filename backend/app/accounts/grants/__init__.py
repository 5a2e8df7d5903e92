"""Roles given and taken, and who asks for them. 授权。"""
