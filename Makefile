# `make run` shows the system working, `make quick` is for while you work, `make test` proves it.
PY := .venv/bin/python
OFFSCREEN := QT_QPA_PLATFORM=offscreen
# Byte code is kept: the tests start hundreds of programs. They wait for those too: two workers
# more than there are cores. Browsers have processes of their own: their driver's event loop runs
# on, and a test that runs one of its own in the same process could not.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run quick lint types test test-citus evidence gallery pictures bench lock packages release image image-test wheels oci sbom notices clean
help:            ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:             ## the whole system on this machine: central report, one terminal, a simulated panel
	@.ci/setup run
	@$(PY) -m ui.trial

quick: lint types ## what a change usually breaks, in under a minute: lint, types, the fast tests
	@$(OFFSCREEN) $(PY) -m pytest -q --quick

lint:            ## style, formatting, templates, import arrows, and the house's own rules (tests/house)
	@.ci/setup test
	@$(PY) -m ruff check . && $(PY) -m ruff format --check --quiet .
	@report=$$(.venv/bin/djlint --lint --quiet sync/central/web/templates) || { echo "$$report"; exit 1; }
	@report=$$(.venv/bin/lint-imports --no-cache) || { echo "$$report"; exit 1; }
	@$(PY) -m pytest -q tests/house

types:           ## mypy --strict
	@.ci/setup test
	@$(PY) -m mypy

test:            ## every check: lint, types, every test, the quick evidence
	@.ci/setup test
	@$(MAKE) --no-print-directory -j2 lint types
	@$(OFFSCREEN) $(PY) -m pytest -n $$(($$(nproc) + 2)) -q --ignore tests/house --ignore tests/browser
	@$(OFFSCREEN) $(PY) -m pytest -n 2 --dist loadfile -q tests/browser
	@$(OFFSCREEN) $(PY) -m tests.evidence --seed 34846

test-citus:      ## central's tests on a PostgreSQL with Citus: TEST_CITUS_URL=the coordinator's address
	@.ci/setup test
	@$(OFFSCREEN) $(PY) -m pytest -q --citus tests/central

evidence:        ## every promise against faults and attackers, one table; FULL=1 for the long sizes
	@.ci/setup test
	@$(if $(FULL),$(OFFSCREEN) $(PY) -m pytest -q --every-database tests/central)
	@$(OFFSCREEN) $(PY) -m tests.evidence $(if $(FULL),--full) $(if $(SEED),--seed $(SEED))

gallery:         ## every screen at every size and language as pictures, with contact sheets, in .gallery
	@.ci/setup run
	@$(OFFSCREEN) $(PY) -m ui.gallery .gallery

pictures:        ## the pictures in the help and the READMEs, from the running product; look at them then
	@.ci/setup test
	@$(OFFSCREEN) $(PY) -m tests.ui.help_pictures && $(OFFSCREEN) $(PY) -m tests.browser.help_pictures

bench:           ## speed and size, as ratios to a raw limit measured in the same run
	@.ci/setup test
	@$(PY) -m tests.bench && $(PY) -m tests.bench.aged && $(PY) -m tests.bench.messages && $(PY) -m tests.bench.central && $(PY) -m tests.bench.pages

lock:            ## renew requirements.lock from pyproject.toml, and what central and a terminal install of it
	@.ci/setup run
	@$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 --all-extras pyproject.toml -o requirements.lock
	@for part in central terminal; do echo hatchling | $(PY) -m uv pip compile --quiet --universal \
		--generate-hashes --no-header --no-annotate --python-version 3.11 --extra $$part \
		-c requirements.lock pyproject.toml - -o $$part.lock; done

packages:        ## Debian packages of terminal and central for Debian 12 and 13, in dist
	@.ci/setup test
	@$(PY) -m tests.supply.debian dist

release:         ## a signed release of the terminal's program, in dist; KEY=the publisher's key
	@.ci/setup test
	@$(PY) -m tests.supply.release make dist --key $(KEY)

image:           ## a bootable disk that is a terminal and nothing else, in .image; as root, on Debian 12
	@.ci/setup test
	@$(PY) -m tests.supply.image .image $(if $(MORE),--more $(MORE)) $(if $(PART),--part $(PART))

image-test:      ## the image on machines of QEMU: starts, touch, panel, cuts; FULL=1 for 50 cuts; as root
	@.ci/setup test
	@$(OFFSCREEN) $(PY) -m tests.evidence.image $(if $(FULL),--full)

wheels:          ## wheels of terminal and central, with the versions that were tested, in dist
	@.ci/setup test
	@$(PY) -m tests.supply.wheels dist

oci:             ## a container image of central, as root with mmdebstrap, in dist
	@.ci/setup test
	@$(PY) -m tests.supply.oci dist

sbom:            ## bills of materials (CycloneDX) of terminal and central, made from the lock, in dist
	@.ci/setup test
	@$(PY) -m tests.supply.sbom dist

notices:         ## renew THIRD-PARTY-NOTICES.md from the lock
	@.ci/setup test
	@$(PY) -m tests.supply.notices

clean:           ## forget the virtual environment and the trial's data
	@rm -rf .venv .trial .gallery .image
