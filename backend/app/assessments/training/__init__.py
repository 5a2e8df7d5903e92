"""Weak points found by comparison, the trainings that follow, and what changed after. 诊断培训。"""
