"""锁定: a year's figures frozen, with digests by which anybody can compute them again."""
