"""How Sphinx makes the site of these pages: `make docs`, or `python -m tools.docs_site`."""

import logging
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import lacrime_geo
from tools.docs_site.examples import CODE, ROOT, fingerprint

project = "lacrime_geo"
author = "the lacrime_geo developers"
version = release = lacrime_geo.__version__
copyright = author

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "tools.docs_site.docstrings",
    "tools.docs_site.links",
    "tools.docs_site.notebooks",
    "tools.docs_site.reference",
]
exclude_patterns = ["conf.py", "pictures/**", "notebooks/notebook_*.py"]

smartquotes_action = "D"  # dashes alone: "quartic" is an option, to be copied as it is
default_role = "code"

myst_heading_anchors = 6
suppress_warnings = ["myst.header"]  # a page may begin with a mark of the plugin's help

logging.getLogger("traitlets").setLevel(logging.WARNING)  # that a notebook is run is no news
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "cache" if os.environ.get("LACRIME_DATA") else "off"
nb_execution_cache_path = str(ROOT / "build" / "notebooks" / fingerprint(CODE)[:16])
nb_execution_timeout = 600
nb_execution_raise_on_error = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False

html_theme = "furo"
html_title = f"lacrime_geo {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sphinx = False
