"""The commands about the site: serve it, freeze it, and print what catalogues harvest of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openbaar.cli import progress
from openbaar.cli.common import (
    Run,
    common,
    json_result,
    workers_option,
)

if TYPE_CHECKING:
    from openbaar.package.catalogues.rdf import Node


EXAMPLE = "https://data.example"  # where a site is that has no address yet


def _site_address(_ctx: click.Context, _parameter: click.Parameter, url: str | None) -> str | None:
    from openbaar.schema.names import check_site_address

    try:
        return check_site_address(url) if url is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _url(required: bool) -> Callable[..., Any]:
    text = "The address at which the site is known, such as https://data.example."
    return click.option(
        "--url", required=required, callback=_site_address, envvar="OPENBAAR_URL", help=text
    )


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
@click.option("--public", is_flag=True, help="Limit what visitors can do, for the public internet.")
@_url(required=False)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; a container needs 0.0.0.0.",
)
@click.option(
    "--access-log",
    is_flag=True,
    help="Print a line for each request, in the Combined Log Format.",
)
@common
@click.pass_context
def serve(
    ctx: click.Context,
    /,
    port: int,
    open_browser: bool,
    project: Path | None,
    quiet: bool,
    **profile: Any,
) -> None:
    """Publish if anything is out of date, then serve the site.

    Stop it with Ctrl-C.
    """
    if profile["public"] and profile["url"] is None:
        raise click.UsageError("--public needs --url, the address at which the site is known.")
    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    database = _published_database(run, root)
    from openbaar.site.serving.serve import Options, serve

    def announce(address: str) -> None:
        click.echo(f"{address} shows {database.stem}; Ctrl-C ends it.")

    options = Options(port=port, open_browser=open_browser, **profile)
    serve(database, root / "metadata.yml", options, announce)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_url(required=True)
@workers_option("How many processes make pages; by default as many as are worth their start.")
@json_result
@common
@click.pass_context
def freeze(
    ctx: click.Context,
    folder: Path,
    url: str,
    workers: int | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Publish if anything is out of date, then write static files.

    FOLDER gets the whole site, for any web server. Of an earlier one there, files stay that are as
    they should be.
    """
    from openbaar.holding import alone
    from openbaar.publishing.frozen import freeze_published

    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    _published_database(run, root)
    with alone(root, run.say), run.progress(progress.freezing):
        run.say(progress.WRITING_PAGES)
        files, changed = freeze_published(root, folder.resolve(), url, run.part, workers)
    run.done(f"{files} files are in {folder}, of which {changed} are new or changed")
    run.result(folder=str(folder), files=files, changed=changed)


@click.command()
@click.option("--score", is_flag=True, help="Print what data.europa.eu would give it points for.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["turtle", "json-ld"]),
    default="turtle",
    show_default=True,
    help="The form in which it is printed.",
)
@_url(required=False)
@json_result
@common
@click.pass_context
def catalogue(
    ctx: click.Context,
    score: bool,
    form: str,
    url: str | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Publish if anything is out of date, then print what catalogues harvest.

    That is DCAT-AP, with the addresses of a frozen site at --url. With --score, prints instead the
    points of the metadata quality assessment of data.europa.eu.
    """
    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    database = _published_database(run, root, quiet=True)
    from openbaar.package.catalogues import rdf
    from openbaar.package.catalogues.dcat import PREFIXES
    from openbaar.site.published import publication_of
    from openbaar.site.routes.catalogue import nodes_of
    from openbaar.site.serving.serve import site

    shown = site(database, root / "metadata.yml", url or EXAMPLE)
    nodes = nodes_of(publication_of(shown))
    if score:
        _tell_score(run, nodes)
        return
    write = {"turtle": rdf.turtle, "json-ld": rdf.json_ld}[form]
    click.echo(write(nodes, PREFIXES), nl=False)


def _tell_score(run: Run, nodes: Sequence[Node]) -> None:
    """Print the points that a catalogue earns, metric by metric."""
    from openbaar.package.catalogues.quality import BEST, EXCELLENT, assessed

    earned = assessed(nodes)
    total = sum(each.points for each in earned if each.points is not None)
    untold = sum(each.metric.most for each in earned if each.points is None)
    metrics = [each.as_data() for each in earned]
    run.result(metrics=metrics, earned=total, untold=untold, best=BEST, excellent=EXCELLENT)
    for each in earned:
        points = "-" if each.points is None else f"{round(each.points, 1):g}"
        metric = each.metric
        run.done(f"{metric.dimension:17}{metric.name:34}{points:>5} of {metric.most:3}")
    run.done(
        f"{round(total, 1):g} points; {untold} more need a live host or the shapes of DCAT-AP (-)"
    )
    run.done(f"at best {BEST}, excellent from {EXCELLENT}; `openbaar check` names what is missing")


def _published_database(run: Run, root: Path, quiet: bool = False) -> Path:
    """The database of the publication in `root`, published anew if anything is out of date.

    That is done in a process of its own: the libraries that it needs go away with it. What is up to
    date is served without them, so that a server need not have them.
    """
    import subprocess

    from openbaar.publishing.staleness import is_stale, published_database
    from openbaar.subprocesses import command_of, environment

    if is_stale(root):
        command = command_of("openbaar", "--project", str(root), "publish")
        if run.quiet or quiet:
            command.append("--quiet")
        finished = subprocess.run(command, env=environment(), check=False)  # noqa: S603  our own
        if finished.returncode:
            raise click.exceptions.Exit(finished.returncode)
    else:
        run.say("nothing changed since it was last published")
    return published_database(root)
