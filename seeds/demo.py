"""``make run`` on an empty database: migrate, found the court, tell its stories, say who is who."""

from datetime import UTC, datetime, timedelta
from typing import Final

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court
from accounts.passwords import hash_password
from config.settings import Mode, Settings
from kernel import clock, migrations
from kernel.access import ROLE_NAMES, SYSTEM
from kernel.database import db
from kernel.transactions import unit_of_work
from portal.services.clock import stored_offset
from seeds import people, stories
from seeds.world import World
from valuation import services as valuation
from valuation.rules.fields import ASSETS, REALTY

SPAN: Final = timedelta(days=126)
"""How far before today the stories begin."""


def prepare(app: Flask, address: str) -> None:
    """Make the demo ready to be served, and print where it is and who may sign in."""
    with app.app_context():
        _migrate(app)
        if db.session.scalar(select(Court.id)) is None:
            db.session.rollback()
            _found(app)
        clock.begin(stored_offset(db.session()))
        db.session.remove()
    announce_accounts(app)
    _print(address)


def announce_accounts(app: Flask) -> None:
    """Let the log-in page show the accounts of the demo, and of nothing else."""
    settings: Settings = app.extensions["settings"]
    if settings.mode is Mode.DEMO:
        app.extensions["demo_accounts"] = [
            {"login": one.login, "password": people.PASSWORD, "role": ROLE_NAMES[one.role],
             "name": one.name, "what": one.what} for one in people.EVERYBODY]


def _migrate(app: Flask) -> None:
    with db.engine.connect() as connection:
        here = migrations.standing(connection)
    if here != migrations.newest(app):
        click.echo("bringing the database up to date …" if here else "building the database …")
        migrations.bring_up_to_date(app)


def _found(app: Flask) -> None:
    click.echo("founding the demo court and telling its stories (about half a minute) …")
    today = datetime.now(UTC).replace(microsecond=0)
    world = World(app, today)
    password_hash = hash_password(people.PASSWORD)
    settings: Settings = app.extensions["settings"]
    clock.begin(-SPAN)
    with unit_of_work() as work:
        for place in people.PLACES:
            accounts.found_court(work.session, slug=place.slug, name_zh=place.name_zh,
                                 name_en=place.name_en, origin=settings.origin, contact=place.contact,
                                 actor=SYSTEM, now=clock.now())
    world.begin(today - SPAN)
    with unit_of_work() as work:
        for one in people.EVERYBODY:
            world.ids[one.login] = accounts.register_person(
                work.session, login=one.login, password_hash=password_hash, name=one.name,
                roles=(one.role,), court_id=one.court_id,
                phone="13800138000", id_number=people.id_number(one.serial) if one.serial else "",
                actor=SYSTEM, now=clock.now()).id
        _list_institutions(work.session, world)
    world.tell([*stories.of_homes(world), *stories.of_goods(world)])
    world.walk(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1))
    world.settle()
    world.follow()


def _list_institutions(session: Session, world: World) -> None:
    for place in people.PLACES:
        for entries, field in ((people.INSTITUTIONS, REALTY), (people.VALUERS, ASSETS)):
            for number, name in entries:
                valuation.list_institution(
                    session, court_id=place.id, number=number, name=name, field=field,
                    region=place.institutions, person_id=world.ids["institution"], actor=SYSTEM,
                    now=clock.now())
    valuation.commit_secrets(session, court_id=people.DONGLU.id, count=12, actor=SYSTEM,
                             now=clock.now())


def _print(address: str) -> None:
    click.secho(f"\n  落槌 Luochui  http://{address}\n", bold=True)
    click.echo(f"  demo accounts, password for all: {people.PASSWORD}\n")
    for one in people.EVERYBODY:
        click.echo(f"    {one.login:<12} {one.name}　{one.what}")
    click.echo("\n  Ctrl-C stops; the data stays. make reset starts anew.\n")
