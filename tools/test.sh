#!/usr/bin/env bash
# Runs every check: ruff, mypy, then the tests; all of them even if one fails. Arguments go to pytest. Where TEST_REPORTS names a
# folder, JUnit reports are written there.
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
# Tests share the machine's processors, but for those that measure how long one has to wait, of which two run at a time, and
# those that trace memory, which ends in a crash where threads of QGIS or scikit-learn still run: they have processes of their own.
tests() {
    check "pytest, $1" pytest -ra ${TEST_REPORTS:+--junitxml="$TEST_REPORTS/$1.xml"} "${@:2}"
}
if [ $# -gt 0 ]; then
    tests chosen "$@"
else
    tests together -m "not alone and not slow and not neural" -n auto --maxprocesses 4 --max-worker-restart 0 --dist loadfile
    mapfile -t alone < <(grep -rl "mark\.alone" tests --include "test_*.py") # all others need not be imported again
    tests alone -m "alone and plugin" -n auto --maxprocesses 2 --max-worker-restart 0 --dist load "${alone[@]}"
    # Where memory is traced, QGIS's own threads end in a crash now and then: these tests go without it.
    tests traced -p no:pytest_qgis -m "alone and not plugin" "${alone[@]}"
fi

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Failed: %s\n' "${failed[@]}"
    exit 1
fi
