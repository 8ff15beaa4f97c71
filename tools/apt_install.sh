#!/usr/bin/env bash
# Installs Debian or Ubuntu packages, as root or through sudo:  tools/apt_install.sh python3-venv qgis
# Exits 1 with a sentence where that cannot be done.
set -euo pipefail

fail() {
    echo "$1" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "There is no apt-get here to install $* with."
as_root=(env)
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "Installing $* needs root: run 'apt-get install --no-install-recommends $*' as root, then try again."
    as_root=(sudo env)
fi

apt() {
    local output
    output=$("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=600 "$@" 2>&1) || {
        tail -n 15 <<<"$output" >&2
        fail "apt-get $* failed."
    }
}

echo "Installing $* with apt-get ..." >&2
apt update
apt install --no-install-recommends "$@"
