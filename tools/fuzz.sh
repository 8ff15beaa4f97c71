#!/usr/bin/env bash
# Feeds the readers files that atheris damages, for so many seconds; what it found stands in .fuzzing, so that a later run
# goes on from there. A file that crashes a reader is kept there as crash-*; tests/fuzz_readers.py FILE reads it again.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/make_venv.sh develop
.venv/bin/python -c 'import atheris' 2>/dev/null || .venv/bin/python -m pip install --quiet -e '.[fuzz]'
.venv/bin/python tests/fuzz_readers.py -max_total_time="${1:-300}"
