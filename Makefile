SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

GO ?= go
# A release sets VERSION; a checkout is named after its last tag and commit.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 30s

GOLANGCI_VERSION := 2.15.0
GOLANGCI := bin/golangci-lint

.PHONY: help demo build test race lint fmt fmt-check vet tidy check fuzz bench golden docs clean lint-tool

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# `go run` turns every status into 1, so the binary is run itself. The sample
# account has findings: 1 is what a working audit of it says.
demo: build ## Audit the sample account that is built into the binary
	@status=0; ./bin/zdaudit audit --demo || status=$$?; test $$status -le 1

build: ## Build bin/zdaudit
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/zdaudit ./cmd/zdaudit

test: ## Run the tests
	$(GO) test ./...

race: ## Run the tests in random order under the race detector
	CGO_ENABLED=1 $(GO) test -race -shuffle=on ./...

lint: lint-tool ## Run golangci-lint, installing the pinned version if need be
	$(GOLANGCI) run ./...

lint-tool:
	@if ! $(GOLANGCI) version --short 2>/dev/null | grep -qxF "$(GOLANGCI_VERSION)"; then \
		echo "installing golangci-lint $(GOLANGCI_VERSION) into bin/"; \
		GOBIN="$(CURDIR)/bin" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(GOLANGCI_VERSION); \
	fi

fmt: lint-tool ## Format all Go files
	$(GOLANGCI) fmt ./...

fmt-check: lint-tool
	$(GOLANGCI) fmt --diff ./...

vet: ## Run go vet
	$(GO) vet ./...

tidy: ## Check that go.mod and go.sum are tidy and the modules are unchanged
	$(GO) mod tidy -diff
	$(GO) mod verify

# The catalogue is compared as soon as there is one.
check: fmt-check vet lint tidy race ## Run everything that CI runs

fuzz: ## Run every fuzz target for FUZZTIME each (make fuzz FUZZTIME=5m)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file func; do \
		echo "== $${func#func } in $$(dirname "$$file")"; \
		$(GO) test -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$(dirname "$$file")" </dev/null; \
	done

bench: ## Run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

golden: ## Rewrite the golden files; read the diff before you commit it
	@grep -rlE --include='*_test.go' 'flag\.Bool\("update"' . | xargs -r -n1 dirname | sort -u | while read -r dir; do \
		echo "$(GO) test $$dir -update"; \
		$(GO) test "$$dir" -update </dev/null; \
	done

docs: ## Write the catalogue of rules, rules/README.md; a test compares it
	$(GO) test ./rules -run TestCatalogueIsTrue -update

clean: ## Remove what the targets above have built
	rm -rf bin dist
