#!/usr/bin/env bash
# Tests the neural network. PyTorch is large and nothing else needs it, so it is installed here and not by make test.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/make_venv.sh develop
.venv/bin/python -c 'import torch' 2>/dev/null || .venv/bin/python -m pip install --quiet -e '.[neural]'
.venv/bin/python -m pytest -q -m neural tests/test_neural_network.py "$@"
