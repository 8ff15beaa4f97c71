"""What this QGIS has of what the algorithms need, and the exact command that installs the rest on this platform."""

import importlib.util
import os
import shlex
import sys

# What a module's package is called: with pip, and by the package managers whose name for it differs.
PACKAGES = {
    "numpy": {"pip": "numpy", "apt": "python3-numpy", "dnf": "python3-numpy", "osgeo4w": "python3-numpy"},
    "scipy": {"pip": "scipy", "apt": "python3-scipy", "dnf": "python3-scipy", "osgeo4w": "python3-scipy"},
    "sklearn": {"pip": "scikit-learn", "apt": "python3-sklearn", "dnf": "python3-scikit-learn"},
    "pyarrow": {"pip": "pyarrow", "dnf": "python3-pyarrow"},
}
FLATPAK = "org.qgis.qgis"


def has(module):
    """Tell whether QGIS's Python can import a module."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def missing(modules):
    """Return those of some modules that QGIS's Python lacks."""
    return [module for module in modules if not has(module)]


def package(module):
    """Return the name under which the world knows the package that holds a module."""
    return PACKAGES.get(module, {}).get("pip", module)


def platform_of(system=sys.platform, environment=None, prefix=sys.prefix, base=sys.base_prefix, exists=os.path.exists):
    """Return how this QGIS was installed: osgeo4w, macos, conda, flatpak, snap, venv, apt, dnf or other.

    The facts that tell are arguments, so that each platform's answer can be had on any other.
    """
    environment = os.environ if environment is None else environment
    if system == "win32":
        return "conda" if exists(os.path.join(prefix, "conda-meta")) else "osgeo4w"
    if exists(os.path.join(prefix, "conda-meta")):
        return "conda"
    if system == "darwin":
        return "macos"
    if environment.get("FLATPAK_ID") or exists("/.flatpak-info"):
        return "flatpak"
    if environment.get("SNAP"):
        return "snap"
    if prefix != base:
        return "venv"
    managers = (("/usr/bin/apt-get", "apt"), ("/usr/bin/dnf", "dnf"))
    return next((name for path, name in managers if exists(path)), "other")


def interpreter(prefix=sys.prefix, exists=os.path.exists):
    """Return the file of QGIS's own Python; `sys.executable` may be another, the first on the search path."""
    places = (
        os.path.join(prefix, "bin", "python3"),
        os.path.join(prefix, "python3.exe"),
        os.path.join(prefix, "python.exe"),
    )
    return next((path for path in places if exists(path)), sys.executable)


def python(platform, prefix=sys.prefix):
    """Return the command that starts QGIS's own Python."""
    if platform == "osgeo4w":
        return "python3"
    if platform == "macos":
        # A bundle carries its Python: .../QGIS.app/Contents/MacOS/bin/python3, which is not that of a terminal.
        inside = prefix.split(".app/")[0] + ".app" if ".app/" in prefix else "/Applications/QGIS.app"
        return shlex.quote(f"{inside}/Contents/MacOS/bin/python3")
    if platform == "flatpak":
        return f"flatpak run --command=python3 {FLATPAK}"
    # A snap's Python starts only inside it.
    return "python3" if platform == "snap" else shlex.quote(os.path.join(prefix, "bin", "python3"))


def command(module, platform=None, prefix=sys.prefix):
    """Return the exact command that installs the package of a module, and where it is to be typed."""
    platform = platform or platform_of()
    names = PACKAGES.get(module, {})
    if platform == "conda":
        return f"conda install -p {shlex.quote(prefix)} -c conda-forge {package(module)}", "a terminal"
    if platform in ("apt", "dnf") and platform in names:
        return f"sudo {platform} install {names[platform]}", "a terminal"
    where = "the OSGeo4W Shell (Start menu, folder of QGIS)" if platform == "osgeo4w" else "a terminal"
    return f"{python(platform, prefix)} -m pip install {_own_folder(platform)}{package(module)}", where


def _own_folder(platform):
    """Return pip's options where the system's own folder is not the user's to write to."""
    # Debian's Python refuses pip without it, and holds the flag of Debian 12 for unknown before.
    return {"apt": "--user --break-system-packages ", "venv": "", "macos": "", "osgeo4w": ""}.get(platform, "--user ")


def remedy(modules, platform=None, prefix=sys.prefix):
    """Return one sentence: what to type, where, and to restart QGIS."""
    commands = [command(module, platform, prefix) for module in modules]
    return f"type {' and '.join(text for text, _ in commands)} in {commands[0][1]}, then restart QGIS"
