"""Deductions, bonuses and exemptions. 扣分、加分、容错。"""
