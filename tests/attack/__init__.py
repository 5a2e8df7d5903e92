"""The attack that an auditor repeats: `make attack`. Everything runs on this machine."""
