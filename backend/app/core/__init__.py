"""The only adapters to the world outside. 与外界打交道的唯一一层。"""
