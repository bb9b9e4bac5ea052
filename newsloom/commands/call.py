"""What every command is handed: the options of newsloom itself, as one value."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click
from click.shell_completion import CompletionItem

from newsloom.news.times import Now, system_now

if TYPE_CHECKING:
    from newsloom.config import Config

P = ParamSpec("P")
R = TypeVar("R")

GIVEN = "newsloom.given"
"""The key in click's shared context under which the options wait, wherever they stood on the line."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the command line."""

    path: Path = Path("config.yaml")
    store: Path | None = None
    """Instead of the config's."""
    at: datetime | None = None
    """Where --now makes time stand still."""
    verbosity: int = 0
    """-v adds one, -q takes one away."""
    log: str = "text"
    """How the log is written: text or json."""

    @property
    def quiet(self) -> bool:
        return self.verbosity < 0

    @property
    def now(self) -> Now:
        at = self.at
        return system_now if at is None else lambda: at

    def config(self) -> "Config":
        """The config, with --store in it. Raises ConfigError; UsageError if --now is before what the store knows."""
        from newsloom.config import load  # noqa: PLC0415 - brings pydantic, which --help must not wait for

        config = load(self.path)
        if self.store is not None:
            config = replace(config, store=self.store.absolute())
        if self.at is not None:
            self._check_now(config)
        return config

    def refuse_now(self, command: str) -> None:
        """For what goes with the clock."""
        if self.at is not None:
            raise click.UsageError(f"--now makes time stand still, and `{command}` goes with the clock: leave it out")

    def named(self, names: Iterable[str], *, known: Iterable[str], what: str) -> None:
        """Refuse names that the config does not have, with the nearest one."""
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        there = list(known)
        for name in names:
            if name not in there:
                close = get_close_matches(name, there, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"`newsloom status` lists every {what}"
                raise click.UsageError(f"{self.path} has no {what} {name!r}: {hint}")

    def _check_now(self, config: "Config") -> None:
        """Time never runs backwards in a store: what was crawled later would lie in the future."""
        from newsloom.store import Reader, StoreError  # noqa: PLC0415

        if self.at is None or not config.store.exists():
            return
        try:
            with Reader.open(config.store, self.now) as reader:
                crawls = [s.started for s in reader.status().sources if s.started is not None]
        except StoreError:
            return  # the command meets the same store: it brings an old one up to date, or says what is wrong with it
        if crawls and self.at < max(crawls):
            newest = f"{max(crawls):%Y-%m-%dT%H:%M:%SZ}"
            raise click.UsageError(
                f"--now is before the newest crawl in {config.store}: give {newest} or later, or another --store"
            )


def pass_call(command: Callable[Concatenate[Call, P], R]) -> Callable[P, R]:
    """Hands a command its Call, and sets up the log as it asks."""

    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        from newsloom.commands.logs import set_up  # noqa: PLC0415

        context = click.get_current_context()
        call = given(context)
        context.obj = call
        set_up(call.verbosity, call.log)
        return command(call, *args, **kwargs)

    return update_wrapper(called, command)


def given(context: click.Context) -> Call:
    """The Call, as far as the line was read. The last of an option given twice counts, as everywhere."""
    words: dict[str, Any] = dict(context.meta.get(GIVEN, {}))
    return Call(verbosity=words.pop("verbose", 0) - words.pop("quiet", 0), **words)


def global_options(*, hidden: bool = False) -> list[click.Option]:
    """The options of newsloom itself. They may stand before the command's name or behind it."""

    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_keep, hidden=hidden, **settings)

    file = click.Path(path_type=Path, dir_okay=False)
    return [
        option("--config", "path", type=file, metavar="PATH", help="The config.  [default: config.yaml]"),
        option("--store", "store", type=file, metavar="PATH", help="The store, instead of the config's."),
        option(
            "--now", "at", type=Instant(), metavar="INSTANT",
            help="Let time stand still at INSTANT (2026-03-02T18:30+04:00): for one-shot commands; not before the newest crawl.",
        ),
        option("-v", "--verbose", "verbose", count=True, help="Say more; twice: what the libraries say too."),
        option("-q", "--quiet", "quiet", count=True, help="Say only what is wrong; twice: only failures."),
        option(
            "--log", "log", type=click.Choice(["text", "json"]), envvar=None if hidden else "NEWSLOOM_LOG", show_envvar=True,
            help="How the log on stderr is written: a line of text for each event, or one of JSON.  [default: text]",
        ),
    ]  # fmt: skip


class Instant(click.ParamType[datetime]):
    """ISO 8601 with an offset. One without would mean another instant on another machine."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        from datetime import UTC  # noqa: PLC0415

        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant: write it like 2026-03-02T18:30+04:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no offset: add Z for UTC, or one like +04:00", param, ctx)
        return instant.astimezone(UTC)


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """An option counts where it was given; -v -q add up over both places."""
    if value is None or not value:
        return
    words = context.meta.setdefault(GIVEN, {})
    name = str(option.name)
    words[name] = words.get(name, 0) + value if name in ("verbose", "quiet") else value


def complete_sources(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of sources, for the shell."""
    return _complete(context, incomplete, lambda config: [(s.name, s.title) for s in config.sources])


def complete_topics(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of topics, for the shell."""
    return _complete(context, incomplete, lambda config: [(t.key, t.title) for t in config.topics])


def _complete(
    context: click.Context, incomplete: str, of: Callable[["Config"], list[tuple[str, str]]]
) -> list[CompletionItem]:
    from newsloom.config import ConfigError, load  # noqa: PLC0415

    call = given(context)
    if not os.access(call.path, os.R_OK):
        return []
    try:
        config = load(call.path)
    except ConfigError:
        return []  # a shell that completes is no place to tell faults
    return [CompletionItem(name, help=title) for name, title in of(config) if name.startswith(incomplete)]
