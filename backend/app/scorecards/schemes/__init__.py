"""Assessment schemes: drafted, tried, approved. 考核方案。"""
