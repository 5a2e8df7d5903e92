"""What everybody reads of a locked month. 公示。"""
