"""What a result was used for, with its basis, beside the result. 结果运用。"""
