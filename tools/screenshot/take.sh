#!/usr/bin/env bash
# Takes a picture of the real QGIS desktop on a virtual screen, with the plugin installed from its zip, a basemap whose
# tiles are served from this machine, and an overview of a city's incidents:
#
#     tools/screenshot/take.sh sample docs/pictures/desktop.png
#     LACRIME_DATA=... tools/screenshot/take.sh los_angeles docs/pictures/los_angeles.png
set -euo pipefail
cd "$(dirname "$0")/../.."
city=$1 picture=$(realpath -m "$2")

work=$(mktemp -d)
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
.venv/bin/python tools/screenshot/cities.py "$city" "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
basemap=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["basemap"])' "$work/shot.json")
.venv/bin/python tools/screenshot/tiles.py "$port" "$basemap" &

tools/screenshot/make_profile.sh "$work" true
mkdir -p "$(dirname "$picture")"
export SHOT=$work/shot.json SHOT_TILES="http://127.0.0.1:$port" SHOT_PICTURE=$picture
rm -f "$picture"
tools/screenshot/start_desktop.sh "$work" tools/screenshot/desktop.py >"$work/log" 2>&1 || true
[ -s "$picture" ] || { cat "$work/log" >&2; exit 1; }
.venv/bin/python -m tools.pictures.few_colours "$picture"
echo "$picture"
