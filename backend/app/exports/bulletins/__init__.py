"""Weekly to yearly bulletins. 简报。"""
