"""Who may do what: pure, one table. 权限。"""

from backend.app.access.permissions import (
    MAY_ASK_FOR,
    TABLE,
    Permission,
    has_permission,
    may,
    needs_second_factor,
    regions_of,
)
from backend.app.access.roles import OFFICES, ROLE_NAMES, Actor, Grant, Role

__all__ = [
    "MAY_ASK_FOR",
    "OFFICES",
    "ROLE_NAMES",
    "TABLE",
    "Actor",
    "Grant",
    "Permission",
    "Role",
    "has_permission",
    "may",
    "needs_second_factor",
    "regions_of",
]
