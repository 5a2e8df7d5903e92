"""The open pages of points."""

from backend.app.points import public_draws, public_rewards  # noqa: F401  they hang on it
from backend.app.points.blueprints import public as blueprint

__all__ = ["blueprint"]

public_rewards.register(blueprint)
