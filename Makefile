# PYTHON=/path/to/python3 on any of these makes .venv with another Python than the system's.
SHELL := /bin/bash
python := .venv/bin/python
lacrime := .venv/bin/lacrime-geo
incidents := sample_layers/incidents.csv.gz
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help venv docs demo test test-qgis test-properties test-neural test-fuzz lint types plugin samples pictures screenshots benchmarks release clean

help: ## say what there is (the default)
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

venv: ## make .venv with the package, the test tools and the peers
	@tools/make_venv.sh develop

demo: ## map the sample incidents: density, hotspots, clusters, and a page for any browser in demo/ (needs no QGIS)
	@tools/make_venv.sh run
	@mkdir -p demo
	$(lacrime) kde $(incidents) demo/density.tif
	$(lacrime) hotspots $(incidents) demo/hotspots.gpkg
	$(lacrime) dbscan $(incidents) demo/clusters.gpkg
	$(lacrime) report $(incidents) demo/report.html --boundary sample_layers/divisions.geojson --sections map,clock --quiet
	@printf '%s\n' '' 'A report, for any browser:' "  $$PWD/demo/report.html" \
		'The layers:' "  $$PWD/demo/density.tif" "  $$PWD/demo/hotspots.gpkg" "  $$PWD/demo/clusters.gpkg" \
		'To see them, drag them into a QGIS window; each brings its style along (the .qml beside it).'

test: ## run ruff, mypy and all tests, those of the plugin in a real QGIS, those of pages in Chromium (installs them and PostGIS with apt-get if needed)
	@tools/test.sh

test-qgis: ## test the plugin in QGIS 3.22, 3.40 and 3.44, each in a Debian of its own (root, 12 GB); VERSIONS="3.22 3.44" chooses
	@tools/qgis_matrix/run.sh $(VERSIONS)

test-properties: ## try a thousand new random examples of each property, cancelling at more moments, and slow simulations (some minutes)
	@python=$$(tools/test_python.sh) && HYPOTHESIS_PROFILE=search QT_QPA_PLATFORM=offscreen "$$python" -m pytest -q $$(grep -l hypothesis tests/test_*.py) tests/plugin/test_plugin_cancel.py
	@python=$$(tools/test_python.sh) && QT_QPA_PLATFORM=offscreen "$$python" -m pytest -q -m slow tests

test-neural: ## test the neural network, which needs PyTorch (installs it into .venv, on Linux with CUDA, 6 GB)
	@tools/test_neural.sh

test-fuzz: ## feed the readers damaged files that atheris finds by the branches they reach; SECONDS=600 says for how long
	@tools/fuzz.sh $(or $(SECONDS),300)

lint: ## check style and format
	@tools/make_venv.sh develop
	@$(python) -m ruff check . && $(python) -m ruff format --check .

types: ## check the types
	@tools/make_venv.sh develop
	@$(python) -m mypy

plugin: ## bundle the QGIS plugin: dist/lacrime_qgis-<version>.zip
	@tools/make_venv.sh run
	@$(python) -m qgis_plugin.bundle

samples: ## make everything in sample_layers/ again (needs QGIS for its project file, as make test does)
	@python=$$(tools/test_python.sh) && QT_QPA_PLATFORM=offscreen "$$python" sample_layers/make.py

pictures: ## draw the maps of docs/ again
	@python=$$(tools/test_python.sh) && QT_QPA_PLATFORM=offscreen "$$python" -m tools.pictures

screenshots: ## take the pictures of the QGIS desktop again (a virtual screen, tiles from this machine; Los Angeles with LACRIME_DATA)
	@tools/test_python.sh >/dev/null
	@tools/screenshot/take.sh sample docs/pictures/desktop.png
	@tools/screenshot/take.sh sample docs/pictures/qgis.png steps
	@if [ -n "$$LACRIME_DATA" ]; then tools/screenshot/take.sh los_angeles docs/pictures/los_angeles.png; fi

docs: ## make the site of docs/ in build/site: run what has changed of its examples, then build (notebooks with LACRIME_DATA)
	@tools/make_venv.sh develop
	@$(python) -m tools.docs_site

benchmarks: ## compare with the peers: time and memory in one run
	@tools/make_venv.sh develop
	@$(python) -m benchmarks

release: ## build source, wheel and plugin zip of what is committed into dist/, each tried in a clean environment (some minutes)
	@python=$$(tools/test_python.sh) && "$$python" -m tools.release

clean: ## remove what these targets made, .venv included
	rm -rf .venv demo dist build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzzing .qgis-settings
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
