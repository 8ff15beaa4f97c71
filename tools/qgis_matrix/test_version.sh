#!/usr/bin/env bash
# Tests a clone of HEAD in one version of QGIS and leaves facts.json, report.xml and status in a folder:
#
#     tools/qgis_matrix/test_version.sh 3.44 build/qgis_matrix/3.44
#
# The Debian with this QGIS stays in ~/.cache/lacrime_geo/qgis-3.44, with the installed .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$1 results=$2
root=${XDG_CACHE_HOME:-$HOME/.cache}/lacrime_geo/qgis-$version
clone=$root/srv/lacrime_geo

mkdir -p "$(dirname "$root")"
exec {lock}>"$root.lock"
flock "$lock"
tools/qgis_matrix/make_root.sh "$version" "$root"

rm -rf "$clone.new" "$root/srv/results" "$root/tmp/pytest-of-root"
git clone --quiet --depth 1 "file://$PWD" "$clone.new"
if [ -d "$clone/.venv" ]; then mv "$clone/.venv" "$clone.new/.venv"; fi
rm -rf "$clone"
mv "$clone.new" "$clone"

mkdir "$root/srv/results"
tools/qgis_matrix/enter_root.sh "$root" /srv/lacrime_geo/tools/qgis_matrix/test_inside.sh /srv/results
cp "$root"/srv/results/* "$results"
