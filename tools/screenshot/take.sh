#!/usr/bin/env bash
# Takes a picture of the real QGIS desktop on a virtual screen, with the plugin installed from its zip, a basemap whose
# tiles are served from this machine, and an overview of a city's incidents; or, with steps, one of each first step:
#
#     tools/screenshot/take.sh sample docs/pictures/desktop.png
#     LACRIME_DATA=... tools/screenshot/take.sh los_angeles docs/pictures/los_angeles.png
#     tools/screenshot/take.sh sample docs/pictures/qgis.png steps          docs/pictures/qgis_install.png and others
set -euo pipefail
cd "$(dirname "$0")/../.."
city=$1 picture=$(realpath -m "$2") script=$PWD/tools/screenshot/${3:-desktop}.py root=$PWD

work=$(mktemp -d)
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
.venv/bin/python tools/screenshot/cities.py "$city" "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
basemap=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["basemap"])' "$work/shot.json")
.venv/bin/python tools/screenshot/tiles.py "$port" "$basemap" &

tools/screenshot/make_profile.sh "$work" true
ln -s "$root/sample_layers" "$work/"
taken=$work/taken
mkdir -p "$taken" "$(dirname "$picture")"
export SHOT=$work/shot.json SHOT_TILES="http://127.0.0.1:$port"
(cd "$work" && SHOT_PICTURE=$taken/$(basename "$picture") "$root/tools/screenshot/start_desktop.sh" "$work" "$script") >"$work/log" 2>&1 || true
[ -n "$(ls "$taken")" ] || { cat "$work/log" >&2; exit 1; }
for one in "$taken"/*.png; do
    .venv/bin/python -m tools.pictures.few_colours "$one"
    mv "$one" "$(dirname "$picture")/"
    echo "$(dirname "$picture")/$(basename "$one")"
done
