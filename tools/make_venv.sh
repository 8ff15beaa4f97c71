#!/usr/bin/env bash
# Makes .venv and installs lacrime_geo into it, editable:
#
#     tools/make_venv.sh run        with what it needs to run
#     tools/make_venv.sh develop    with the extras test, docs and benchmarks as well
#
# The environment is made by /usr/bin/python3 where there is one, because the system's PyQGIS loads in no other; PYTHON=
# names another. A second run does nothing until pyproject.toml or the version changes.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-run} in
    run) level=run target=. ;;
    develop) level=develop target='.[test,docs,benchmarks]' ;;
    *)
        echo "usage: tools/make_venv.sh [run|develop]" >&2
        exit 2
        ;;
esac

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null
}

choose_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} /usr/bin/python3 python3; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
        if [ -n "${PYTHON:-}" ]; then break; fi
    done
    echo "lacrime_geo needs Python 3.9 or newer, which ${PYTHON:-/usr/bin/python3 or the python3 on PATH} is not. Name one: make ... PYTHON=/path/to/python3" >&2
    return 1
}

# Which Python an environment comes from: the same for an interpreter and for every environment made by it.
identity() {
    "$1" -c 'import sys; print(sys.version, sys.base_prefix)' 2>/dev/null
}

usable() {
    [ -x .venv/bin/python ] && [ "$(identity .venv/bin/python)" = "$(identity "$python")" ] \
        && .venv/bin/python -m pip --version >/dev/null 2>&1
}

make_environment() {
    echo "Making .venv with $python ..." >&2
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    if [ "$python" = /usr/bin/python3 ] && command -v apt-get >/dev/null; then # Debian keeps venv in a package of its own
        tools/apt_install.sh python3-venv
    fi
    "$python" -m venv --clear .venv
}

# What the installation depends on: the folder as well, since an editable installation names it.
fingerprint() {
    {
        cat pyproject.toml
        grep '^__version__' lacrime_geo/__init__.py
        pwd
    } | cksum
}

installed() {
    local stamp
    for stamp in .venv/installed-develop ".venv/installed-$level"; do
        if [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint)" ]; then return 0; fi
    done
    return 1
}

python=$(choose_python)
usable || make_environment
if installed; then
    echo ".venv is up to date." >&2
    exit
fi
echo "Installing lacrime_geo and its dependencies into .venv (half a minute, 1 GB) ..." >&2
rm -f .venv/installed-*
install() {
    local output
    output=$(.venv/bin/python -m pip --disable-pip-version-check install "$@" 2>&1) || {
        tail -n 25 <<<"$output" >&2
        exit 1
    }
}
install 'pip>=21.3' # older ones cannot install a pyproject.toml editable
# By path, not by finder: a script beside a clone would otherwise find the clone's folder in place of the package.
install --editable "$target" --config-settings editable_mode=compat
fingerprint >".venv/installed-$level"
