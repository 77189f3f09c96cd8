"""The site as a plugin of Datasette: addresses to cite, downloads, pages and headers.

This package is what the entry point `openbaar` names, so that Datasette finds its `templates/` and
`static/`; Python 3.11 finds such folders in packages only. It knows a publication by its database
and the files beside it, and nothing of what its authors wrote.
"""

from openbaar.site.plugin import (
    asgi_wrapper,
    extra_template_vars,
    handle_exception,
    prepare_connection,
    prepare_jinja2_environment,
    register_routes,
    render_cell,
    startup,
)

__all__ = [
    "asgi_wrapper",
    "extra_template_vars",
    "handle_exception",
    "prepare_connection",
    "prepare_jinja2_environment",
    "register_routes",
    "render_cell",
    "startup",
]
