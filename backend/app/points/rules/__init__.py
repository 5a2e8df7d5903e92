"""What earns points, by the villagers' vote. 积分办法。"""
