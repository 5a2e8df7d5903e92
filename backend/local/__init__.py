"""Everything on one machine: set-up, embedded PostgreSQL and Redis, `make run`. 单机运行。"""
