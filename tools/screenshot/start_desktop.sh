#!/usr/bin/env bash
# Starts the QGIS desktop on a virtual screen with a profile of make_profile.sh, and a Python file to run in it:
#
#     tools/screenshot/start_desktop.sh FOLDER FILE
set -euo pipefail
# A platform without a screen, as tests have it, would show no window.
env -u QT_QPA_PLATFORM PYTHONPATH="$(realpath "$(dirname "$0")")" XDG_RUNTIME_DIR="$1" timeout 300 xvfb-run -a -s '-screen 0 1600x1000x24' \
    qgis --nologo --noversioncheck --profiles-path "$1" --profile default --code "$2"
