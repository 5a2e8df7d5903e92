"""python -m backend.demo load | live | logins."""

import sys

from backend.app.factory import create_app
from backend.demo.live import live
from backend.demo.load import county_id, load
from backend.demo.people import LOGINS, PASSWORD


def print_logins() -> None:
    """As whom to log in."""
    print(f"  工作台账号（密码都是 {PASSWORD}）：")
    for login in LOGINS:
        print(f"    {login.username:<10} {login.what}")
    print("  手机预览里可选村民、村干部，或农资店店主（看自己店的得分）；选一张海报就是扫码。")


def main(command: str) -> None:
    if command == "logins":
        # Nothing to ask the county for: whoever waits for this line waits for no application.
        print_logins()
        return
    app = create_app()
    settings = app.config["SETTINGS"]
    if not settings.demo:
        raise SystemExit("演示县只能在 APP_ENV=demo 时建")
    with app.app_context():
        if command == "load":
            load(settings.demo_months)
        elif command == "live":
            months = settings.demo_months
            live(settings.public_host, settings.anonymous_host, county_id(), months)
        else:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
