"""The timetable's tick: it writes the time down where the host's clock can be believed."""

import click
import structlog
from flask.cli import AppGroup
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.clock_check import ClockReading, Doubt, read_clocks
from backend.app.core.db import db, transaction
from backend.app.core.queue import redis_client
from backend.app.core.wechat import wechat_client

log = structlog.get_logger()
commands = AppGroup("clock", help="时钟：核对、确认")
# What the timetable has sent already, by period (backend/jobs/schedule.py).
CLAIMS = "timetable:"
TICK = text(
    """
    INSERT INTO clock_tick (id, ticked_at) VALUES (1, :at)
    ON CONFLICT (id) DO UPDATE SET ticked_at = :at
    """
)


def find_doubt() -> Doubt | None:
    """Asks WeChat's server only where the last tick is far away."""
    reading = read_clocks()
    return reading.doubt(None if reading.is_near_last else wechat_client().server_time())


def tick() -> Doubt | None:
    """The timetable's own look: where the clock can be believed, the time is written down."""
    with transaction():
        doubt = find_doubt()
        if doubt is None:
            db.session.execute(TICK, {"at": clock.of_host()})
    if doubt is not None:
        log.error("clock_doubted", reason=doubt.name)
    return doubt


@commands.command("show")
def show() -> None:
    """All clocks, and whether jobs act by them."""
    click.echo(_told(read_clocks()))
    doubt = find_doubt()
    click.echo(f"不可信：{doubt.value}。后台任务已停。" if doubt else "时钟可信，后台任务照常。")


@commands.command("confirm")
@click.option("--yes", is_flag=True, help="不再问一遍")
def confirm(yes: bool) -> None:
    """Believes the host's clock from now on; what was due meanwhile is sent."""
    reading = read_clocks()
    click.echo(_told(reading))
    if reading.doubt(reading.host) is Doubt.DATABASE:
        raise click.ClickException(f"{Doubt.DATABASE.value}，请先把两边的时钟校准")
    if not yes:
        click.confirm("现在的北京时间就是本机的时间吗？确认后，到期的任务会马上办", abort=True)
    with transaction() as session:
        session.execute(TICK, {"at": reading.host})
    client = redis_client()
    for key in client.scan_iter(f"{CLAIMS}*"):
        client.delete(key)
    click.echo("已确认，后台任务恢复")


def _told(reading: ClockReading) -> str:
    host, database, last = (
        f"{at.astimezone(clock.COUNTY_ZONE):%Y-%m-%d %H:%M:%S}" if at else "没有"
        for at in (reading.host, reading.database, reading.last)
    )
    return f"本机 {host}，数据库 {database}，任务表上一次 {last}"
