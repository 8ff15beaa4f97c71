#!/usr/bin/env bash
# Prints the Python that can import QGIS, after installing QGIS with apt-get where that is possible and needed:
# the active conda environment's, else the system's. PYTHON= names another.
set -euo pipefail
cd "$(dirname "$0")/.."
qgis_minimum=3.22

# Prints the version of the QGIS that a Python imports, and fails if there is none or it is too old.
qgis_version() {
    QT_QPA_PLATFORM=offscreen "$1" - "$qgis_minimum" 2>/dev/null <<'CODE'
import sys
from qgis.core import Qgis
print(Qgis.QGIS_VERSION.split("-")[0])
found, minimum = (tuple(int(part) for part in text.split(".")[:2]) for text in (Qgis.QGIS_VERSION, sys.argv[1]))
sys.exit(found < minimum)
CODE
}

print_if_it_has_qgis() {
    local path version
    path=$(command -v "$1") || return 0
    if version=$(qgis_version "$path"); then
        echo "$path"
        exit
    fi
    if [ -n "$version" ]; then echo "The QGIS of $path is $version." >&2; fi
}

python=${PYTHON:-/usr/bin/python3}
if [ -z "${PYTHON:-}" ] && [ -n "${CONDA_PREFIX:-}" ]; then print_if_it_has_qgis "$CONDA_PREFIX/bin/python"; fi
print_if_it_has_qgis "$python"
if [ "$python" = /usr/bin/python3 ] && command -v apt-get >/dev/null; then
    echo "$python has no QGIS; getting it takes a minute or two." >&2
    if tools/apt_install.sh qgis python3-venv; then print_if_it_has_qgis "$python"; fi
fi

cat >&2 <<MESSAGE
The plugin's tests need QGIS $qgis_minimum or newer, and $python cannot import it. On Debian 12 or Ubuntu 22.04 and newer:
apt-get install --no-install-recommends qgis python3-venv. On Fedora: dnf install qgis python3-qgis. Everywhere else, with conda:
conda env create -f environment.yml && conda activate lacrime-geo. Then run this again.
MESSAGE
exit 1
