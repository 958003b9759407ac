# Everything runs in .venv, which the first target that needs it makes. `make` alone lists all targets.
BIN := .venv/bin
BUILDER ?= $(firstword $(foreach tool,buildah podman docker,$(shell command -v $(tool))))
# Most tests wait for restic, a server or a pod. Each worker has servers and a cluster of its own;
# only those that look at the whole machine run alone.
PARALLEL ?= -n 3
IMAGE ?= docker.io/library/kubectl-kubestash:$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: help venv lint test test-cluster cluster-up cluster-down image crds docs demo demo-cluster screenshots bench chaos
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 14

venv: ## make .venv with everything that development needs
	@python3 -m tests.setup venv

lint: venv ## style, types, import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

test: lint ## lint, all tests that need no cluster, flows on the sandbox, with coverage
	@python3 -m tests.setup tests
	$(BIN)/pytest -m 'not cluster' $(PARALLEL) --dist worksteal --cov --cov-report=
	$(BIN)/pytest -m sandbox --on sandbox -n 2 --dist loadfile --cov --cov-append --cov-report=
	@echo "coverage: $$($(BIN)/coverage report --format=total) %"

test-cluster: venv ## the tests on a real Kubernetes: root, Debian, Go
	@python3 -m tests.setup cluster
	$(BIN)/pytest -m cluster tests/cluster
	$(BIN)/pytest -m cluster --ignore tests/cluster $(PARALLEL) --dist loadfile --no-loadscope-reorder --check-rights

cluster-up: venv ## start that Kubernetes to work with
	@python3 -m tests.setup cluster
	@$(BIN)/python -m tests.cluster up --s3

cluster-down: ## remove it without a trace
	@$(BIN)/python -m tests.cluster down

image: venv ## build the image with buildah, podman or docker
	rm -rf dist && $(BIN)/pip wheel --quiet --no-deps --wheel-dir dist . && cp requirements.lock dist/
	$(BUILDER) build --file Containerfile --tag $(IMAGE) dist

crds: venv ## write crds/ again from the models
	$(BIN)/python -m kubectl_kubestash.api.schema

docs: venv ## write docs/api/ again from the models
	$(BIN)/python -m kubectl_kubestash.api.reference

demo: venv ## a volume, a database, a backup, a disaster, a restore, without a cluster
	@python3 -m tests.setup demo
	@$(BIN)/python -m demo

demo-cluster: venv ## the same for a volume and S3, on a real Kubernetes: root, Debian, Go
	@python3 -m tests.setup cluster
	@$(BIN)/python -m demo.cluster

screenshots: venv ## docs/images/ anew, from a real run; ON=cluster or ON=sandbox for all of them
	@python3 -m tests.setup cluster && python3 -m tests.setup demo
	$(BIN)/python -m tests.tui.screenshots $(if $(ON),--on $(ON))

bench: venv ## measure, and write bench/figures.json
	@python3 -m tests.setup tests && python3 -m tests.setup cluster
	$(BIN)/python -m bench

RUNS ?= 100
chaos: venv ## random faults over backups and restores: RUNS=500 SEED=7
	@python3 -m tests.setup cluster
	$(BIN)/python -m tests.faults.chaos --runs $(RUNS) $(if $(SEED),--seed $(SEED))
