"""Build a release from what is committed, and check each file in an environment that has nothing else:

python -m tools.release [FOLDER]      the folder is dist/ by default
"""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from . import checks
from .building import ROOT, build, export, make_environment

SUMS = "SHA256SUMS"


def main(target):
    """Make it; nothing stands in the target folder unless every check holds."""
    with tempfile.TemporaryDirectory(prefix="lacrime-release-") as name:
        folder = Path(name)
        differing = export(folder)
        if differing:
            print(f"{differing} files are not committed, and no part of the release.")
        builder = make_environment(folder / "builder", "build", "twine")
        release = build(folder / "source", checks.emptied(folder / "built"), builder)
        for line in checked(release, builder, folder):
            print(line, flush=True)
        for path in delivered(release, target):
            print(path)


def checked(release, builder, folder):
    """Yield a line on each check as it is done."""
    yield checks.names_agree(release)
    yield checks.contents(release)
    yield checks.descriptions(release, builder)
    wheel = checks.installed(release.wheel, checks.emptied(folder / "wheel"))
    yield f"wheel in a clean environment: {wheel}"
    source = checks.installed(release.source, checks.emptied(folder / "sdist"))
    yield f"source in a clean environment: {source}"
    if source != wheel or wheel["version"] != release.version:
        raise SystemExit("Wheel and source do not give the same.")
    yield f"wheel beside numpy and scipy alone: {checks.bare(release.wheel, checks.emptied(folder / 'bare'))}"
    plugin = checks.in_qgis(release.plugin, checks.emptied(folder / "qgis"))
    yield f"plugin in a fresh profile of QGIS: {plugin}"
    if any(wheel[key] != value for key, value in plugin.items()):
        raise SystemExit("QGIS and the wheel do not give the same.")


def delivered(release, target):
    """Move the files into the target folder, with their checksums; older releases there are removed."""
    target.mkdir(parents=True, exist_ok=True)
    for pattern in ("lacrime_geo-*.tar.gz", "lacrime_geo-*.whl", "lacrime_qgis-*.zip"):
        for old in target.glob(pattern):
            old.unlink()
    paths = [shutil.move(path, target / path.name) for path in (release.source, release.wheel, release.plugin)]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (target / SUMS).write_text("".join(sums), encoding="utf-8")
    return [*paths, target / SUMS]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
