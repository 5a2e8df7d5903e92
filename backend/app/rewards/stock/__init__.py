"""What lies in a shop, by entries and by counting. 库存。"""
