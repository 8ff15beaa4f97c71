"""What the tests of the pages in docs/ share: a page's words, tables and links, and its examples, run."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from lacrime_geo.cli import main

ROOT = Path(__file__).resolve().parent.parent
INCIDENTS, DIVISIONS = (str(ROOT / "sample_layers" / name) for name in ("incidents.csv.gz", "divisions.geojson"))
# A script or a command, and what stands beneath it of its output.
EXAMPLES = re.compile(
    r"(?:```python\n(.*?)```|^    lacrime-geo ([^\n]+))\n(?:\n```text\n(.*?)```)?", re.DOTALL | re.MULTILINE
)


class Page:
    """A page of docs/ by its name; `prose` is its text on one line."""

    def __init__(self, name):
        path = ROOT / "docs" / name
        self.folder, self.text = path.parent, path.read_text(encoding="utf-8")
        self.prose = " ".join(self.text.split())

    def table_under(self, title):
        """Return the cells of the first table below a heading or a mark."""
        block = self.text.split(title, 1)[1]
        rows = re.search(r"(?:^\|.*\n)+", block, flags=re.MULTILINE)[0].splitlines()
        return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]

    def anchors(self):
        """Return the names by which its headings are linked to."""
        headings = re.findall(r"^#+ (.+)$", self.text, flags=re.MULTILINE)
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def pictures(self):
        """Return the names of the pictures shown; every file and heading linked to must be there."""
        assert self.broken_links() == []
        return {Path(link).name for link in self.links() if link.startswith("pictures/")}

    def links(self):
        """Return all that it links to."""
        return re.findall(r"\]\(([^)]+)\)", self.text)

    def broken_links(self):
        """Return the links that lead to no file, or to no heading of it."""
        return [link for link in self.links() if not self._leads_somewhere(*link.partition("#")[::2])]

    def _leads_somewhere(self, path, anchor):
        linked = (self.folder / path).resolve()
        if anchor and (not path or (ROOT / "docs") in linked.parents):
            return anchor in (Page(linked.relative_to(ROOT / "docs")) if path else self).anchors()
        return linked.exists()

    def run_examples(self, capsys):
        """Run every script and command in the working folder, check what each prints, and return how many there are."""
        found = EXAMPLES.findall(self.text)
        with Scripts() as scripts:
            for script, command, said in found:
                if "processing.run" in script:
                    continue  # QGIS's own: tests/plugin/test_plugin_docs.py
                printed = scripts.run(script) if script else run_command(command, capsys)
                assert said in printed, f"{script or command}\n{printed}"
        return len(found)


class Scripts:
    """Runs scripts in a process of their own, in which what they import is loaded once; each begins without any names."""

    SERVER = """
import contextlib, io, json, sys, traceback
for line in sys.stdin:
    printed, problem = io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(json.loads(line), "<example>", "exec"), {"__name__": "__main__"})
        except BaseException:
            problem = traceback.format_exc()
    print(json.dumps([printed.getvalue(), problem]), flush=True)
"""

    def __enter__(self):
        """Start the process in the working folder."""
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.process = subprocess.Popen([sys.executable, "-X", "utf8", "-c", self.SERVER], **pipes)
        return self

    def __exit__(self, *problem):
        """End the process."""
        self.process.communicate()

    def run(self, script):
        """Return what a script prints; raise when it fails."""
        self.process.stdin.write(json.dumps(script) + "\n")
        self.process.stdin.flush()
        printed, problem = json.loads(self.process.stdout.readline())
        assert problem is None, problem
        return printed


def run_script(script):
    """Run a script by itself and return what it prints."""
    with Scripts() as scripts:
        return scripts.run(script)


def run_command(command, capsys):
    """Run a command, which must write its file, and return what it announces and prints."""
    words = shlex.split(command)
    assert main(words) == 0
    assert Path(words[2]).exists()
    said = capsys.readouterr()
    return said.err + said.out
