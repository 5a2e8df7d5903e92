"""Claims of finished work, drawn by a seed and looked at by two people. 实地核查。"""
