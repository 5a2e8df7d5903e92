"""Villages merge, split, move and are renamed: proposed by one, confirmed by another. 区划调整。"""
