#!/usr/bin/env bash
# Makes a profile of the QGIS desktop with the plugin installed from its zip, as after a first start:
#
#     tools/screenshot/make_profile.sh FOLDER true|false        whether the plugin is switched on
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1 enabled=$2

command -v xvfb-run >/dev/null || tools/apt_install.sh xvfb xauth fonts-open-sans
mkdir -p "$folder/profiles/default/python/plugins" "$folder/profiles/default/QGIS"
.venv/bin/python -m qgis_plugin.bundle "$folder/dist" >/dev/null
python3 -m zipfile -e "$folder"/dist/*.zip "$folder/profiles/default/python/plugins"
# At its first start Python compiles it.
PYTHONDONTWRITEBYTECODE="" /usr/bin/python3 -m compileall -q "$folder/profiles/default/python/plugins"
printf '[PythonPlugins]\nlacrime_qgis=%s\nprocessing=true\n[qgis]\ncheckVersion=false\nfirstRunVersionFlag=32216\n' "$enabled" \
    >"$folder/profiles/default/QGIS/QGIS3.ini"
