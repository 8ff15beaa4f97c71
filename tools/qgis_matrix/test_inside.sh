#!/usr/bin/env bash
# Runs the plugin's tests inside a root, with the QGIS that is there, and writes what came of them into a folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=$1

export QT_QPA_PLATFORM=offscreen
python=$(tools/test_python.sh)
"$python" tools/qgis_matrix/facts.py "$results/facts.json"
status=0
"$python" -m pytest -q -ra tests/plugin --junitxml="$results/report.xml" || status=$?
echo "$status" >"$results/status"
