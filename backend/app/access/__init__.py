"""Who may do what: pure, one table. 权限。"""

from backend.app.access.permissions import (
    MAY_GRANT,
    TABLE,
    Permission,
    has_permission,
    may,
    needs_second_factor,
    regions_of,
)
from backend.app.access.roles import ROLE_NAMES, Actor, Grant, Role

__all__ = [
    "MAY_GRANT",
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
