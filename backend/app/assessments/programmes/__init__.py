"""Programmes: drafted from a template, refused in words, tried, approved. 考核项目。"""
