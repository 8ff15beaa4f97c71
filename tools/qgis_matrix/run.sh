#!/usr/bin/env bash
# Tests the plugin in the versions of QGIS that are given, else in all of versions.txt, each in a Debian of its own, and
# prints a table:  tools/qgis_matrix/run.sh 3.22 3.44
# Exits 1 if a test failed or was skipped without a known reason, or if a version could not be tested.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=build/qgis_matrix

fail() {
    echo "$1" >&2
    exit 2
}

known=$(awk '!/^#/ { print $1 }' tools/qgis_matrix/versions.txt)
for version in "$@"; do
    grep -qxF -- "$version" <<<"$known" || fail "There is no QGIS '$version' to test with. Choose from: ${known//$'\n'/ }."
done
if [ -n "${LACRIME_DATA:-}" ] && [ ! -d "$LACRIME_DATA" ]; then
    fail "LACRIME_DATA is '$LACRIME_DATA', which is no folder. Correct or unset it."
fi
[ "$(id -u)" = 0 ] || fail "Making a Debian to test in needs root. Run: sudo --preserve-env make test-qgis"
command -v debootstrap >/dev/null || tools/apt_install.sh debootstrap debian-archive-keyring

[ $# -gt 0 ] || mapfile -t versions <<<"$known"
[ $# -eq 0 ] || versions=("$@")
echo "Testing $(git log -1 --format='%h, %s')"
for version in "${versions[@]}"; do
    echo "== QGIS $version"
    rm -rf "${results:?}/$version"
    mkdir -p "$results/$version"
    tools/qgis_matrix/test_version.sh "$version" "$results/$version" 2>&1 | tee "$results/$version/log.txt" || true # the table tells
done
python3 -m tools.qgis_matrix.table "$results" "${versions[@]}"
