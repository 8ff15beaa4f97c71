"""A part of Sphinx: links to files outside docs/ lead to their page in the site where they have one."""

import re

# The file, as it is reached from any page, and its page.
PAGES = {
    "benchmarks/README.md": "benchmarks.md",
    "sample_layers/README.md": "sample_layers.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "code_map.md",
}
OUTWARD = re.compile(rf"(?<=\]\()(?:\.\./)+({'|'.join(map(re.escape, PAGES))})(?=[#)])")
# A page called by its file has its title in the site.
BY_FILE = re.compile(r"\[`?[\w/]+\.md`?\](?=\((?!\.\./)[\w/]+\.md[#)])")
# Sphinx would look for a notebook.
SCRIPT = re.compile(r"(?<=\]\()(?=(?:\.\./)+[\w/]+\.py\))")


def within_the_site(text):
    """Return a page's text as the site has it: links outward lead to its pages, files' names are replaced by titles."""
    text = BY_FILE.sub("[]", text)
    return SCRIPT.sub("path:", OUTWARD.sub(lambda link: "/" + PAGES[link[1]], text))


def setup(app):
    """Turn the links of each page as it is read."""
    app.connect("source-read", _turn_links)
    return {"parallel_read_safe": True}


def _turn_links(app, name, source):
    source[0] = within_the_site(source[0])
