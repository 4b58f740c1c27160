"""The only place that knows all: settings, kernel, and the domains in the order of their floors."""

import os
from pathlib import Path

from flask import Flask

from accounts.domain import DOMAIN as ACCOUNTS
from auction.domain import DOMAIN as AUCTION
from audit.services import all_leaves
from cases.domain import DOMAIN as CASES
from config import logs
from config.settings import Mode, Settings
from evidence.domain import DOMAIN as EVIDENCE
from kernel import (
    access,
    assets,
    database,
    files,
    health,
    http,
    languages,
    migrations,
    pages,
    signing,
    sockets,
    vault,
)
from kernel.papers import serving as papers
from kernel.transactions import set_recorder
from ledger.domain import DOMAIN as LEDGER
from portal.domain import DOMAIN as PORTAL
from settlement.domain import DOMAIN as SETTLEMENT
from supervision.domain import DOMAIN as SUPERVISION
from valuation.domain import DOMAIN as VALUATION

DOMAINS = (ACCOUNTS, CASES, LEDGER, VALUATION, AUCTION, SETTLEMENT, EVIDENCE, SUPERVISION, PORTAL)


def create_app(settings: Settings | None = None) -> Flask:
    """The platform, ready to serve. Under ``flask …`` it may lack secrets: offline commands need none."""
    under_flask = os.environ.get("FLASK_RUN_FROM_CLI") == "true"
    settings = settings or (Settings.of_command() if under_flask else Settings.from_env())
    if not under_flask:
        settings.require_complete()
    logs.configure()
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.secret_key
    app.wsgi_app = http.behind(app.wsgi_app, settings.proxies)  # type: ignore[method-assign]
    app.extensions["settings"] = settings
    vault.install(bytes.fromhex(settings.vault_key) if settings.vault_key else None)
    signing.install(bytes.fromhex(settings.signing_key) if settings.signing_key else None)
    files.install(Path(settings.data_dir) / "files")
    papers.install(settings.data_dir / "cache" / "papers", settings.address)
    set_recorder(all_leaves)
    database.init_app(app, settings.database_url,
                      idle_limit_ms=60_000 if settings.mode is Mode.TEST else 2000)
    if under_flask:
        migrations.install(app)
    languages.init_app(app)
    http.init_app(app)
    pages.init_app(app)
    assets.init_app(app, http.HEADERS, frozen=settings.mode is Mode.PRODUCTION)
    health.init_app(app)
    sockets.init_app(app, async_mode="threading" if settings.mode is Mode.TEST else "gevent",
                     driver=settings.socket_driver)
    for domain in DOMAINS:
        domain.register(app)
    app.extensions["jobs"] = tuple(job for domain in DOMAINS for job in domain.jobs)
    app.extensions["domains"] = DOMAINS
    access.check_all_guarded(app)
    sockets.check_all_guarded()
    return app
