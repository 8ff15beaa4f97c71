#!/usr/bin/env bash
# Tests the neural network. PyTorch is large and nothing else needs it, so it is installed here and not by make test.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/make_venv.sh develop
if ! .venv/bin/python -c 'import torch' 2>/dev/null; then
    echo "Installing PyTorch into .venv (some minutes; on Linux it brings CUDA along, 6 GB) ..." >&2
    .venv/bin/python -m pip install --quiet -e '.[neural]'
fi
# The network needs no QGIS, which a new .venv has not within reach: pytest runs without its plugin, and need not tell of its option.
.venv/bin/python -m pytest -q -W ignore::pytest.PytestConfigWarning -p no:pytest_qgis -m neural tests/test_neural_network.py "$@"
