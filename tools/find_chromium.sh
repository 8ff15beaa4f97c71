#!/usr/bin/env bash
# Installs Chromium by apt-get where there is none, for the tests that open pages in it. Where that cannot be done it says so and
# succeeds: then these tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit; fi
done
echo "There is no Chromium here to open pages in." >&2
tools/apt_install.sh chromium || echo "The tests that open pages in a browser will be skipped." >&2
