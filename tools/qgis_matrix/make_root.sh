#!/usr/bin/env bash
# Makes a Debian with one version of QGIS in a folder, unless the folder has it as it would be made now:
#
#     tools/qgis_matrix/make_root.sh 3.44 ~/.cache/lacrime_geo/qgis-3.44
#
# Packages come from where this machine's apt gets its own; tools/find_qgis.sh installs QGIS as on any Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$1 root=$2 partial=$2.partial
read -r suite qgis_suite < <(awk -v version="$version" '$1 == version { print $2, $3 }' tools/qgis_matrix/versions.txt)

definition() {
    {
        echo "$suite $qgis_suite"
        cat tools/qgis_matrix/{make_root,enter_root}.sh tools/{find_qgis,apt_install}.sh
    } | cksum
}

debian_mirror() {
    apt-get indextargets --format '$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' \
        | awk -F'|' '$1 == "Debian" && $2 == "main" { print $3; found = 1; exit } END { if (!found) print "http://deb.debian.org/debian" }'
}

# As apt-get install --target-release would choose: QGIS of the backports, and what it needs from there too.
prefer_backports() {
    echo "deb $mirror $qgis_suite main" >>"$partial/etc/apt/sources.list"
    printf 'Package: *\nPin: release n=%s\nPin-Priority: 990\n' "$qgis_suite" >"$partial/etc/apt/preferences.d/backports"
}

if [ "$(cat "$root/definition" 2>/dev/null)" = "$(definition)" ]; then exit; fi
trap 'rm -rf --one-file-system "$partial"' EXIT
rm -rf --one-file-system "$partial"

mirror=$(debian_mirror)
eval "$(apt-config shell http_proxy Acquire::http::Proxy)" # debootstrap asks the environment only
export http_proxy
echo "Making a Debian $suite in $root ..." >&2
output=$(unshare --mount debootstrap --variant=minbase --include=ca-certificates "$suite" "$partial" "$mirror" 2>&1) || {
    tail -n 15 <<<"$output" >&2
    exit 1
}
echo "deb $mirror $suite main" >"$partial/etc/apt/sources.list"
[ "$qgis_suite" = "$suite" ] || prefer_backports

mkdir "$partial/srv/first"
cp -r tools "$partial/srv/first"
tools/qgis_matrix/enter_root.sh "$partial" /srv/first/tools/find_qgis.sh >/dev/null
tools/qgis_matrix/enter_root.sh "$partial" apt-get clean
rm -r "$partial/srv/first"

definition >"$partial/definition"
rm -rf --one-file-system "$root"
mv "$partial" "$root"
