"""How the docs are built; `make docs` turns every warning into an error."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "paycore"
author = "The paycore maintainers"
project_copyright = "The paycore maintainers, Apache-2.0"
version = release = version_of("paycore")

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["paycore.css"]
html_title = f"paycore {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b6e4f",
        "color-brand-content": "#0b6e4f",
        "font-stack": "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif",
        "font-stack--monospace": "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', monospace",
    },
    "dark_css_variables": {
        "color-brand-primary": "#5fd3a8",
        "color-brand-content": "#5fd3a8",
    },
}
pygments_style = "friendly"
