"""Make the site of docs/: run the examples of its pages, build it with every warning an error, print where it is."""

import argparse
import subprocess
import sys
import time

from . import examples

SITE = examples.ROOT / "build" / "site"


def main():
    """Read the command line, run the examples and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--without-examples", action="store_true", help="build only: for a look at a page while it is written"
    )
    parser.add_argument("--anew", action="store_true", help="run all examples, and build all pages again")
    options = parser.parse_args()
    begun = time.time()
    if not options.without_examples and examples.run(options.anew):
        return "An example of a page failed: the site was not built."
    ran = time.time()
    if build(SITE, anew=options.anew):
        return "The site has errors."
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    print(f"examples {ran - begun:.0f} s, site {time.time() - ran:.0f} s, {size / 1e6:.1f} MB: {SITE / 'index.html'}")
    return 0


def build(site, *options, anew=False):
    """Build the site into a folder, every warning an error; return Sphinx's status."""
    asked = ["-q", "-W", "--keep-going", "-j", "auto", "-d", str(site.with_name(f"{site.name}.read")), *options]
    asked += ["-E", "-a"] if anew else []
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-b", "html", *asked, "docs", str(site)], cwd=examples.ROOT
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
