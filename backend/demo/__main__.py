"""python -m backend.demo load | rest | logins | live."""

import sys

from backend.app.factory import create_app
from backend.demo.load import load, load_rest


def main(command: str) -> None:
    app = create_app()
    settings = app.config["SETTINGS"]
    with app.app_context():
        if command == "load":
            load(settings.demo_months)
        elif command == "rest":
            load_rest(settings.demo_months)


if __name__ == "__main__":
    main(sys.argv[1])
