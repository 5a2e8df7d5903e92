"""Tickets without a name: letters, threads, receipts. 匿名诉求。"""
