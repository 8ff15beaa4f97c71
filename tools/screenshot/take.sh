#!/usr/bin/env bash
# Takes a picture of the real QGIS desktop on a virtual screen, with the plugin installed from its zip, a basemap whose
# tiles are served from this machine, and an overview of a city's incidents:
#
#     tools/screenshot/take.sh sample docs/pictures/desktop.png
#     LACRIME_DATA=... tools/screenshot/take.sh los_angeles docs/pictures/los_angeles.png
set -euo pipefail
cd "$(dirname "$0")/../.."
city=$1 picture=$(realpath -m "$2")

command -v xvfb-run >/dev/null || tools/apt_install.sh xvfb xauth fonts-open-sans
work=$(mktemp -d)
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
.venv/bin/python tools/screenshot/cities.py "$city" "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
basemap=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["basemap"])' "$work/shot.json")
.venv/bin/python tools/screenshot/tiles.py "$port" "$basemap" &

mkdir -p "$work/profiles/default/python/plugins" "$work/profiles/default/QGIS" "$(dirname "$picture")"
.venv/bin/python -m qgis_plugin.bundle "$work/dist"
python3 -m zipfile -e "$work"/dist/*.zip "$work/profiles/default/python/plugins"
# As after a first start, when Python has compiled it.
PYTHONDONTWRITEBYTECODE="" /usr/bin/python3 -m compileall -q "$work/profiles/default/python/plugins"
printf '[PythonPlugins]\nlacrime_qgis=true\nprocessing=true\n[qgis]\ncheckVersion=false\nfirstRunVersionFlag=32216\n' \
    >"$work/profiles/default/QGIS/QGIS3.ini"

export SHOT=$work/shot.json SHOT_TILES="http://127.0.0.1:$port" SHOT_PICTURE=$picture
rm -f "$picture"
XDG_RUNTIME_DIR=$work timeout 300 xvfb-run -a -s '-screen 0 1600x1000x24' \
    qgis --nologo --noversioncheck --profiles-path "$work" --profile default --code tools/screenshot/desktop.py >"$work/log" 2>&1 || true
[ -s "$picture" ] || { cat "$work/log" >&2; exit 1; }
grep -h '^started:' "$work/log" || true
echo "$picture"
