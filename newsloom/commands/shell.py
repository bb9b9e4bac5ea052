"""The group of commands, and what becomes of errors."""

import importlib.abc
import importlib.util
import os
import pkgutil
import re
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

import click

from newsloom.commands.call import given, global_options
from newsloom.commands.letters import spare_unknown

_COMMAND = re.compile(r"^def command\(", re.MULTILINE)
_OURS = ("newsloom", "scraper", "feeds", "scheduler")
_USAGE = ("ConfigError", "RuleError")
"""Errors of what was asked, not of doing it: exit status 2."""
BEHIND = "The options of newsloom itself (`newsloom --help`) may stand here too."
ISSUES = "this is a defect of newsloom: please report it with what -v prints"


@cache
def names() -> tuple[str, ...]:
    """The commands: each file beside this one that defines `command`. None of them is imported for it."""
    package = import_module("newsloom.commands")
    found = (m.name for m in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(n for n in found if _COMMAND.search(_source(f"newsloom.commands.{n}"))))


def _source(module: str) -> str:
    spec = importlib.util.find_spec(module)
    loader = spec.loader if spec else None
    return (loader.get_source(module) or "") if isinstance(loader, importlib.abc.InspectLoader) else ""


class Given(click.Group):
    """A group whose status is what ctx.exit() says; what a command returns says nothing."""

    def invoke(self, ctx: click.Context) -> int:
        try:
            super().invoke(ctx)
        except BrokenPipeError:  # here, because click's own answer is status 1
            ctx.exit(_pipe_closed())
        return 0


class Commands(Given):
    """Imports a command's file when it is called, or to say its one line of help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in names():
            return None
        command: click.Command = import_module(f"newsloom.commands.{cmd_name}").command
        taken = {name for p in command.params for name in p.opts}
        command.epilog = command.epilog or BEHIND
        command.params += [o for o in global_options(hidden=True) if not taken.issuperset(o.opts)]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        self.commands = dict.fromkeys(
            names(), click.Command(None)
        )  # for click's "did you mean"; get_command has the real ones
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with its first sentence, whole: click would cut it to one line."""
        shown = [(n, c) for n in self.list_commands(ctx) if (c := self.get_command(ctx, n)) and not c.hidden]
        with formatter.section("Commands"):
            formatter.write_dl([(n, c.get_short_help_str(limit=200)) for n, c in shown])


@click.group(
    cls=Commands,
    invoke_without_command=True,
    params=list(global_options()),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Options stand before or behind the command's name. `newsloom COMMAND --help` says more of each.",
)
@click.version_option(version("newsloom"), "--version", message="newsloom %(version)s")
@click.pass_context
def newsloom(context: click.Context) -> None:
    """Watch news sites, keep every piece of news once, publish clean feeds by topic.

    Without a command it is `run`: crawl each source when it is due, publish what changed, serve the feeds.

    \b
    Exit status
      0  fine
      1  a source fails that did not fail before, or the work could not be done
      2  the config or the command line is wrong
    """
    if context.invoked_subcommand is None:
        command = newsloom.get_command(context, "run")
        if command is None:
            raise click.UsageError("which command?")
        with command.make_context("run", [], parent=context) as inner:
            command.invoke(inner)


def run(group: click.Group, argv: Sequence[str] | None) -> int:
    """Call the command; the exit status. Errors become a line on stderr, with the trace under -v."""
    verbose = _verbose(sys.argv[1:] if argv is None else argv)
    spare_unknown(sys.stdout)
    try:
        status = _called(group, argv)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130  # Ctrl-C, as shells say it: 128 and SIGINT's number
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001 - the outermost door: what nobody below could answer is told, and ends the process
        return _tell(error, verbose=verbose)
    return status


def _called(group: click.Group, argv: Sequence[str] | None) -> int:
    try:
        return int(group.main(None if argv is None else list(argv), prog_name="newsloom", standalone_mode=False) or 0)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise
        return end.code or 0


def _tell(error: Exception, *, verbose: bool) -> int:
    """Our own errors carry a sentence for a person; any other is a defect. Where the log is JSON it is an event of the log."""
    import logging  # noqa: PLC0415 - as the next one, only for an error

    from newsloom.commands import logs  # noqa: PLC0415

    kind = type(error)
    is_ours = kind.__module__.partition(".")[0] in _OURS
    if logs.is_json():
        told = {"error": str(error)} if is_ours else {"because": ISSUES}
        logging.getLogger("newsloom").error("ended", extra=told, exc_info=None if is_ours else error)
    else:
        if verbose:
            traceback.print_exc()
        text = str(error) if is_ours else f"{kind.__name__}: {error}: {ISSUES}"
        click.echo(text if getattr(error, "faults", ()) else f"newsloom: {text}", err=True)
    return 2 if is_ours and kind.__name__ in _USAGE else 1


def _pipe_closed() -> int:
    """`newsloom status | head`: who reads has had enough. Nothing more is written, not even at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13  # SIGPIPE


def _verbose(argv: Sequence[str]) -> bool:
    """Whether -v was given, also when the line could not be read to its end."""
    context = click.get_current_context(silent=True)
    if context is not None:
        return given(context).verbosity > 0
    return any(w == "--verbose" or re.fullmatch(r"-[a-z]*v[a-z]*", w) for w in argv)


_ON_PAPER: Any = {"terminal_width": 92, "help_option_names": ["-h", "--help"]}


def reference() -> str:
    """The help of every command, as docs/commands.md shows it."""
    parts = []
    with click.Context(newsloom, info_name="newsloom", **_ON_PAPER) as outer:
        parts.append(f"```text\n{newsloom.get_help(outer)}\n```\n")
        for name in names():
            command = newsloom.get_command(outer, name)
            if command is not None:
                with click.Context(
                    command, info_name=name, parent=outer, terminal_width=92, max_content_width=92
                ) as inner:
                    parts.append(f"## newsloom {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)
