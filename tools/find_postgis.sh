#!/usr/bin/env bash
# Installs a PostgreSQL server with PostGIS by apt-get where there is none, for the tests that read a database. Where that
# cannot be done it says so and succeeds: then these tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

has_postgis() {
    local folder
    for folder in /usr/share/postgresql/*/extension "$(pg_config --sharedir 2>/dev/null)/extension"; do
        if [ -e "$folder/postgis.control" ]; then return; fi
    done
    return 1
}

if has_postgis; then exit; fi
echo "There is no PostGIS here to test with." >&2
tools/apt_install.sh postgresql-postgis || echo "The plugin's tests with PostGIS will be skipped." >&2
