"""Bad ratings as tickets: call-backs and mending. 差评回访和整改。"""
