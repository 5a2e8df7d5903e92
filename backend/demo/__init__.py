"""A county that lives: simulated villagers and months on real villages. 演示县。"""
