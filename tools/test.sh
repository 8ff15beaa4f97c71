#!/usr/bin/env bash
# Runs every check: ruff, mypy, then the tests; all of them even if one fails. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(tools/test_python.sh)
export QT_QPA_PLATFORM=offscreen
failed=()
check() {
    echo "== $1"
    "$python" -m "${@:2}" || failed+=("$1")
}

check "ruff check" ruff check .
check "ruff format" ruff format --check .
check "mypy" mypy
check "pytest" pytest -ra "$@"

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Failed: %s\n' "${failed[@]}"
    exit 1
fi
