#!/usr/bin/env bash
# Runs a command inside a root:  tools/qgis_matrix/enter_root.sh ROOT COMMAND [ARGUMENT ...]
# The root is told how this machine reaches apt's and pip's packages. LACRIME_DATA is there to be read, not written.
set -euo pipefail
root=$1

# In namespaces of its own, where it is the first process: mounts and children end with it, however it ends.
if [ $$ != 1 ]; then exec unshare --mount --pid --fork --kill-child "$0" "$@"; fi

copy_from_host() {
    if [ -f "$1" ]; then install -D -m 644 "$1" "$root$2"; fi
}

inherit_settings() {
    local bundle
    copy_from_host /etc/resolv.conf /etc/resolv.conf
    copy_from_host /etc/pip.conf /etc/pip.conf
    copy_from_host "${XDG_CONFIG_HOME:-$HOME/.config}/pip/pip.conf" /root/.config/pip/pip.conf
    for bundle in /etc/ssl/certs/ca-certificates.crt "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}"; do
        copy_from_host "$bundle" "$bundle"
    done
    apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/99host"
}

mount_what_programs_need() {
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    if [ -n "${LACRIME_DATA:-}" ]; then
        mount --bind "$LACRIME_DATA" "$root/mnt"
        mount -o remount,bind,ro "$root/mnt"
    fi
}

inherit_settings
mount_what_programs_need
mapfile -t inherited < <(env | grep -iE '^((https?|all|no)_proxy|PIP_[A-Z_]*|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)=' || true)
exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    ${LACRIME_DATA:+LACRIME_DATA=/mnt} "${inherited[@]}" "${@:2}"
