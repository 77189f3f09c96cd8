"""What all commands share: options, messages, and what errors and signals end in."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from openbaar.errors import OpenbaarError, Place, Problem, counted, worked_on

if TYPE_CHECKING:
    from openbaar.cli.progress import Bar, Step
    from openbaar.tables.authored.publication import Publication


# What a command ends with, besides 0 for success and click's 2 for a wrong call.
FOUND_PROBLEMS = 1
UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h: a mistake in openbaar
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
TERMINATED = 143  # 128 + SIGTERM

DEBUG = "OPENBAAR_DEBUG"  # an environment variable; anything in it shows tracebacks
CHAIN = " while "

# Options that every `Run` looks up, kept in the context, which a command shares with its group.
AS_JSON = "openbaar.json"
VERBOSE = "openbaar.verbose"
SIGNAL = "openbaar.signal"  # what a signal that came makes of the exit status
STEP = "openbaar.step"  # what the command said last
PACKAGE = Path(__file__).parent.parent


class Terminated(BaseException):
    """SIGTERM came. Like KeyboardInterrupt it is no Exception, so that nothing takes it for one."""


class Commands(click.Group):
    """The one place where errors and signals become messages and exit statuses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; print every problem of an OpenbaarError on a line of its own.

        Ctrl-C and SIGTERM end a command in the same way, so that its temporary files are removed.
        """
        try:
            with _heeding_signals(ctx):
                return super().invoke(ctx)
        except BrokenPipeError:
            raise  # who read the output has seen enough, as `head` does; click ends quietly
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OpenbaarError as error:
            report_problems(ctx, error.problems)
            status = FOUND_PROBLEMS
        except OSError as error:
            report_problems(ctx, [unreadable(error)])
            status = FOUND_PROBLEMS
        except (KeyboardInterrupt, Terminated):
            status = _ended(ctx)
        except Exception as error:
            status = _unforeseen(ctx, error)
        ctx.exit(status)


@contextmanager
def _heeding_signals(ctx: click.Context) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block, and the context knows which of them came."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        ctx.meta[SIGNAL] = INTERRUPTED
        signal.default_int_handler(number, frame)

    def terminate(_number: int, _frame: FrameType | None) -> None:
        ctx.meta[SIGNAL] = TERMINATED
        raise Terminated

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if before[signal.SIGINT] is signal.default_int_handler:  # not where a shell has it ignored
        signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(ctx: click.Context) -> int:
    """Say that a signal ended the command; returns the exit status."""
    click.echo("ended before it was done; no file is left half-written", err=True)
    status: int = ctx.meta.get(SIGNAL, INTERRUPTED)
    return status


def _unforeseen(ctx: click.Context, error: Exception) -> int:
    """Say what an error that nobody foresaw came of; returns the exit status."""
    if SIGNAL in ctx.meta:  # SQLite makes another error of what is raised within it
        return _ended(ctx)
    if os.environ.get(DEBUG):
        raise error
    print_unexpected(ctx, error)
    return UNEXPECTED


def print_unexpected(ctx: click.Context, error: Exception) -> None:
    """Print an error that nobody foresaw: what was being done, and where to report it."""
    command = f"running `openbaar {ctx.invoked_subcommand}`"
    if ctx.meta.get(STEP):
        command += f" ({ctx.meta[STEP]})"
    doing = CHAIN.join([*worked_on(error), command])
    detail = str(error).partition("\n")[0]
    click.echo(f"unexpected error while {doing}: {type(error).__name__}: {detail}", err=True)
    where = _raised_at(error)
    click.echo(
        f"  → this is a mistake in openbaar ({where}); no file is left half-written", err=True
    )
    click.echo(
        "  → report it where you got openbaar, with this message, the command and, where you may,"
        f" that file; {DEBUG}=1 shows where in the code it happened",
        err=True,
    )


def _raised_at(error: Exception) -> str:
    """The nearest line of openbaar to where an error was raised: `openbaar/schema/names.py:12`."""
    place = "openbaar"
    for frame, line in walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            place = f"openbaar/{path.relative_to(PACKAGE).as_posix()}:{line}"
    return place


def unreadable(error: OSError) -> Problem:
    """A file that cannot be read or written, as a problem."""
    name = os.path.relpath(error.filename) if isinstance(error.filename, str | Path) else "a file"
    hints = {
        errno.ENOSPC: "make room on the disk",
        errno.EDQUOT: "make room on the disk",
        errno.EFBIG: "raise the limit on the size of files",
        errno.EROFS: "work on a copy of the publication, in a folder that can be written to",
    }
    hint = hints.get(error.errno or 0, "check the permissions of the folder")
    return Problem(Place(name), f"cannot be read or written: {error.strerror or error}", hint)


def report_problems(ctx: click.Context, problems: Sequence[Problem]) -> None:
    """Report why a command failed: to people on standard error, to programs as JSON."""
    if ctx.meta.get(AS_JSON):
        print_json({"problems": as_dicts(problems)})
    else:
        print_problems(problems)


def as_dicts(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as JSON has them."""
    return [problem.as_dict() for problem in problems]


def print_json(data: Mapping[str, Any]) -> None:
    """Print data as JSON on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def print_problems(problems: Sequence[Problem]) -> None:
    """Print each problem with its place and hint, and how many there are, on standard error."""
    _print(problems, "problem", "red")


def print_warnings(warnings: Sequence[Problem]) -> None:
    """Print what a person should look at as problems are, and how many warnings there are."""
    _print(warnings, "warning", "yellow")


def _print(found: Sequence[Problem], name: str, colour: str) -> None:
    for hint, problems in groupby(found, key=lambda problem: problem.hint):
        for problem in problems:
            click.echo(f"{click.style(str(problem.place), bold=True)}: {problem.message}", err=True)
        if hint:  # once, below all in a row that it solves
            click.echo(f"  → {hint}", err=True)
    if found:
        click.echo(click.style(counted(len(found), name), fg=colour), err=True)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command, which may also stand before it."""
    project = click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The folder of the publication; by default the current one.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_remembered(VERBOSE),
        help="Say when each step began, in seconds.",
    )
    return project(quiet(verbose(command)))


def json_result(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--json` of a command that has a result."""
    option = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_remembered(AS_JSON),
        help="Print the result, or the problems, as JSON, for machines.",
    )
    return option(command)


def workers_option(help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option `--workers` of a command that other processes may help; `help` says with what."""
    return click.option("--workers", type=click.IntRange(1, 256), help=help)


def _remembered(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    """What keeps an option under `name` in the context, so that commands need not pass it on."""

    def remember(ctx: click.Context, _parameter: click.Parameter, given: bool) -> None:
        if given:
            ctx.meta[name] = True

    return remember


class Run:
    """What a command works on: the publication, and how it speaks."""

    def __init__(self, ctx: click.Context, project: Path | None, quiet: bool) -> None:
        before = (ctx.find_root().params if ctx.parent else {}) or {}
        self.meta = ctx.meta
        self.root: Path = project or before.get("project") or Path()
        self.as_json: bool = bool(ctx.meta.get(AS_JSON))
        self.quiet: bool = quiet or bool(before.get("quiet")) or self.as_json
        self.verbose: bool = bool(ctx.meta.get(VERBOSE))
        self.began = time.monotonic()
        self._bar: Bar | None = None

    @contextmanager
    def progress(self, steps: Callable[[], Sequence[Step]]) -> Iterator[None]:
        """Show on a terminal how far these steps are, in the place of a line for each."""
        if self.quiet or self.verbose or not sys.stderr.isatty():
            yield
            return
        from openbaar.cli.progress import Bar, drawn

        with drawn(Bar(steps(), sys.stderr)) as self._bar:
            try:
                yield
            finally:
                self._bar = None

    def part(self, done: int, total: int) -> None:
        """Report how much of a step is done."""
        if self._bar is not None:
            self._bar.part(done, total)

    def say(self, message: str) -> None:
        """Report progress, on standard error."""
        self.meta[STEP] = message
        if self.quiet:
            return
        if self._bar is not None:
            if self._bar.step(message):
                return
            self._bar.clear()
        if self.verbose:
            message = f"{time.monotonic() - self.began:7.2f}  {message}"
        click.echo(click.style(message, dim=True), err=True)

    def result(self, **data: Any) -> None:
        """Print the result for programs, where they asked for it."""
        if self.as_json:
            print_json(data)

    def warn(self, doubts: Sequence[Problem]) -> None:
        """Print what a person should look at; programs find it in the result."""
        if not self.as_json:
            print_warnings(doubts)

    def done(self, message: str) -> None:
        """Print a result, on standard output."""
        if not self.quiet:
            click.echo(message)

    def load(self) -> Publication:
        """The publication of the project folder. Raises OpenbaarError."""
        from openbaar.tables.authored.references import load_publication

        return load_publication(self.root.resolve())
