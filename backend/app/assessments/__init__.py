"""Assessments of units: programmes, targets, reports, colours. 目标责任考核。"""
