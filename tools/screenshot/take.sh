#!/usr/bin/env bash
# Take docs/pictures/desktop.png: the real QGIS desktop on a virtual screen, with the plugin installed from its zip,
# the sample incidents mapped, and tiles served from this machine.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v xvfb-run >/dev/null || tools/apt_install.sh xvfb xauth fonts-open-sans
work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
/usr/bin/python3 tools/screenshot/tiles.py "$port" &
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT

mkdir -p "$work/profiles/default/python/plugins" "$work/profiles/default/QGIS"
.venv/bin/python qgis_plugin/bundle.py "$work/dist"
python3 -m zipfile -e "$work"/dist/*.zip "$work/profiles/default/python/plugins"
printf '[PythonPlugins]\nlacrime_qgis=true\nprocessing=true\n[qgis]\ncheckVersion=false\nfirstRunVersionFlag=32216\n' \
    >"$work/profiles/default/QGIS/QGIS3.ini"
.venv/bin/python - "$work/incidents.gpkg" <<'END'
import sys

import lacrime_geo as lg

lg.read_lapd("sample_layers/incidents.csv.gz").to_file(sys.argv[1])
END

export SHOT_INCIDENTS=$work/incidents.gpkg SHOT_BOUNDARY=$PWD/sample_layers/divisions.geojson
export SHOT_TILES="http://127.0.0.1:$port/{z}/{x}/{y}.png" SHOT_PICTURE=$PWD/${1:-docs/pictures/desktop.png}
export SHOT_EXTENT=${SHOT_EXTENT:-366000,3753000,391000,3772500}
mkdir -p "$(dirname "$SHOT_PICTURE")"
XDG_RUNTIME_DIR=$work timeout 180 xvfb-run -a -s '-screen 0 1600x1000x24' \
    qgis --nologo --noversioncheck --profiles-path "$work" --profile default --code tools/screenshot/desktop.py >"$work/log" 2>&1 || true
[ -s "$SHOT_PICTURE" ] || { cat "$work/log" >&2; exit 1; }
echo "$SHOT_PICTURE"
