#!/usr/bin/env bash
# Prints the Python that runs the tests, with QGIS, lacrime_geo and the test tools in its reach: the active conda
# environment's if it has QGIS, else that of .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

qgis_python=$(tools/find_qgis.sh)
tools/find_chromium.sh
if [ -n "${CONDA_PREFIX:-}" ] && [ "$qgis_python" = "$CONDA_PREFIX/bin/python" ]; then
    echo "Testing in the active conda environment, $CONDA_PREFIX." >&2
    "$qgis_python" -c 'import mypy, pytest, pytest_qgis, pytest_timeout, ruff' || {
        echo "It lacks what the tests need: conda env update -f environment.yml" >&2
        exit 1
    }
    output=$("$qgis_python" -m pip --disable-pip-version-check install --no-deps --editable . 2>&1) || {
        echo "$output" >&2
        exit 1
    }
    echo "$qgis_python"
    exit
fi
tools/find_postgis.sh
PYTHON=$qgis_python tools/make_venv.sh develop
"$qgis_python" tools/link_qgis.py .venv
echo "$PWD/.venv/bin/python"
