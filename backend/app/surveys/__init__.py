"""The anonymous monthly survey. 每月匿名问卷。"""
