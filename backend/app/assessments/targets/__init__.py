"""Targets: decomposed, issued, confirmed, searched. 目标任务。"""
