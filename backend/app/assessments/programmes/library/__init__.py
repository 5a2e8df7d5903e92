"""Templates of programmes: loaded, previewed, exported. 考核方案库。"""
