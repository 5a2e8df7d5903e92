"""Working time, deadlines, and whose turn a ticket is. 时限。"""
