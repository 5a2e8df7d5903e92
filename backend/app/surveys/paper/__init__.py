"""Paper votes: slips and batches entered twice. 纸票。"""
