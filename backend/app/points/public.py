"""The open pages of points."""

from backend.app.points.blueprints import public as blueprint
from backend.app.points.draws import public as public_draws  # noqa: F401  its routes join the blueprint

__all__ = ["blueprint"]
