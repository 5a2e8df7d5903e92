"""The wider assessment of assessed units. 考核方案。"""
