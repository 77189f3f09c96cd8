# Needs Python 3.11 or later (with venv) and make; everything else is installed by the first command that needs it.
PYTHON ?= python3
BIN := .venv/bin
SECONDS ?= 180
ROWS ?= 100000
INSTALL := -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"

.PHONY: serve publish test quick lint fuzz spark audit dependencies messages pictures wheel man lock bench bench-site clean
.DELETE_ON_ERROR:

serve: .venv/run  ## publish what is stale and show the site on this machine
	$(BIN)/openbaar serve

publish: .venv/run  ## everything that is generated: tables, package, database, site, downloads
	$(BIN)/openbaar publish

test: lint .venv-datasette1/ready .venv-judges/ready  ## everything, as CI runs it
	@command -v chromium >/dev/null || echo "Browser tests are skipped: chromium is missing (Debian: apt-get install chromium)."
	$(BIN)/python -m pytest -n auto

quick: lint  ## what one runs all day
	$(BIN)/python -m pytest -n auto -q -m "not slow and not browser"

lint: .venv/dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy

bench: .venv/dev  ## time and memory on large made-up tables
	$(BIN)/python tests/bench/large_tables.py
	$(BIN)/python tests/bench/many_documents.py
	$(BIN)/python tests/bench/many_publications.py
	$(BIN)/python tests/bench/freeze.py

bench-site: .venv/dev  ## how fast pages are answered, beside stock Datasette, ROWS of a made-up table
	$(BIN)/python tests/bench/site_speed.py --rows $(ROWS)

fuzz: .venv/dev  ## look for inputs that break a reader or a route, SECONDS each
	$(BIN)/python $(INSTALL) --require-hashes -r requirements/fuzz.txt \
		|| echo "atheris cannot be installed here; seeds are mutated by chance, which finds less."
	$(BIN)/python tests/fuzz/run.py $(SECONDS)

spark: .venv/dev .venv-spark/ready  ## whether Spark reads the Parquet files of large tables; it needs Java
	$(BIN)/python -m pytest tests/tables/test_large.py -k spark

audit: .venv/dev  ## known vulnerabilities of the locked versions, from a public database
	$(BIN)/python tests/audit.py

dependencies: .venv/dev  ## bring docs/dependencies.md up to date with the locks
	$(BIN)/python tests/dependencies.py

messages: .venv/dev  ## bring the catalogues of translations up to date with the messages in the code
	mkdir -p build
	cd scripts/openbaar && PYTHONPATH=../../tests ../../$(BIN)/pybabel --quiet extract --mapping-file locales/babel.cfg \
		--add-location file --project openbaar --output-file ../../build/openbaar.pot .
	$(BIN)/pybabel --quiet update --domain openbaar --input-file build/openbaar.pot \
		--output-dir scripts/openbaar/locales --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

pictures: .venv/dev  ## the pictures of pages in docs/pages/, by chromium
	$(BIN)/python tests/browser/page_pictures.py docs/pages

wheel: .venv/dev  ## the toolkit as a file that pip installs anywhere, in build/wheel/
	rm -rf build/lib build/bdist.* build/wheel
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
	rm -rf build/lib build/bdist.*

man: .venv/dev  ## the man pages, from the commands themselves
	$(BIN)/python tests/man_pages.py

lock: .venv/dev  ## take the newest versions that pyproject.toml allows, with the hash of each file
	$(LOCK) pyproject.toml --extra pdf --extra large --group build --output-file requirements/run.txt
	$(LOCK) pyproject.toml --extra pdf --extra large --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	$(LOCK) --group serve --constraint requirements/run.txt --output-file requirements/serve.txt
	$(LOCK) --group datasette1 --output-file requirements/datasette1.txt
	$(LOCK) --group judges --output-file requirements/judges.txt
	$(LOCK) --group fuzz --output-file requirements/fuzz.txt
	$(LOCK) --group spark --output-file requirements/spark.txt

clean:  ## remove what is made outside git
	rm -rf build dist .venv .venv-datasette1 .venv-judges .venv-spark tests/judges/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The environments. A changed lock makes them anew; `run` is all that publishing and serving need.
.venv/run: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("openbaar needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(INSTALL) --require-hashes -r requirements/run.txt
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: .venv/run requirements/dev.txt
	$(BIN)/python $(INSTALL) --require-hashes -r requirements/dev.txt
	touch $@

.venv-datasette1/ready: requirements/datasette1.txt
	$(PYTHON) -m venv --clear .venv-datasette1
	.venv-datasette1/bin/python $(INSTALL) --require-hashes -r requirements/datasette1.txt
	touch $@

.venv-spark/ready: requirements/spark.txt
	$(PYTHON) -m venv --clear .venv-spark
	.venv-spark/bin/python $(INSTALL) --require-hashes -r requirements/spark.txt
	touch $@

.venv-judges/ready: requirements/judges.txt tests/judges/package-lock.json
	$(PYTHON) -m venv --clear .venv-judges
	.venv-judges/bin/python $(INSTALL) --require-hashes -r requirements/judges.txt
	if command -v npm >/dev/null; then npm ci --silent --prefix tests/judges; fi
	touch $@
