"""Serve the platform of the present folder while its clock stands still: ``standing.py DATA_DIR INSTANT``.

Prints its address. Run for the commit before and for the one after, so it leans on as little as it can.
"""

import dataclasses
import sys
from datetime import datetime
from pathlib import Path

from werkzeug.serving import make_server

from app import create_app
from config.settings import Mode, Settings
from kernel import clock, migrations


def main(data_dir: str, instant: str) -> None:
    stands = datetime.fromisoformat(instant)
    clock.now = lambda: stands
    settings = dataclasses.replace(
        Settings.from_env({"LUOCHUI_MODE": "demo", "DATA_DIR": data_dir}), mode=Mode.TEST)
    app = create_app(settings)
    with app.app_context():
        migrations.bring_up_to_date(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.port} {Path.cwd()}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
