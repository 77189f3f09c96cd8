"""`openbaar help`: the handbook of the installed version."""

from __future__ import annotations

from importlib import resources

import click

# What one may ask for, and the page of `docs/` that answers it.
PAGES = {
    "tutorial": "tutorial.md",
    "afternoon": "afternoon.md",
    "command": "command.md",
    "tables": "table-files.md",
    "recipe": "recipe.md",
    "large-tables": "large-tables.md",
    "errors": "errors.md",
    "incoming": "incoming.md",
    "hosting": "hosting.md",
    "api": "api.md",
    "catalogues": "catalogues.md",
    "versions": "versions.md",
}


@click.command("help")
@click.argument("topic", required=False, type=click.Choice(list(PAGES)))
@click.pass_context
def show_help(ctx: click.Context, topic: str | None) -> None:
    """Show a page of the handbook.

    Without TOPIC, lists the commands and the topics.
    """
    if topic is None:
        click.echo(ctx.find_root().get_help())
        click.echo(f"\nTopics of `openbaar help`: {', '.join(PAGES)}")
        return
    page = resources.files("openbaar") / "docs" / PAGES[topic]
    click.echo_via_pager(page.read_text("utf-8"))
