#!/usr/bin/env bash
# Prints what the plugin adds to the start of the real QGIS desktop: the time in which it starts all its plugins, with
# ours and without, in turns; the medians of eleven.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for enabled in true false; do tools/screenshot/make_profile.sh "$work/$enabled" "$enabled"; done
for _ in $(seq 11); do
    for enabled in true false; do
        PYQGIS_STARTUP=$PWD/tools/screenshot/timed_plugins.py TIMES=$work/$enabled.txt \
            tools/screenshot/start_desktop.sh "$work/$enabled" tools/screenshot/end.py >"$work/log" 2>&1 || true
    done
done
python3 - "$work" <<'END'
import statistics
import sys
from pathlib import Path

with_ours, without = ([float(line) for line in Path(sys.argv[1], f"{name}.txt").read_text().split()] for name in ("true", "false"))
print(f"all plugins started in {1000 * statistics.median(with_ours):.0f} ms with ours ({1000 * min(with_ours):.0f} to "
      f"{1000 * max(with_ours):.0f}), {1000 * statistics.median(without):.0f} ms without ({1000 * min(without):.0f} to "
      f"{1000 * max(without):.0f}): it adds {1000 * (statistics.median(with_ours) - statistics.median(without)):.0f} ms")
END
