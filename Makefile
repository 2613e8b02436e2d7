# Everything a contributor runs. `make` alone runs what CI runs, without the
# long parts.
GO            ?= go
GOLANGCI      ?= v2.15.0
TOOLS         := $(CURDIR)/.cache/bin
LINT          := $(TOOLS)/golangci-lint-$(GOLANGCI)
FUZZTIME      ?= 30s
AGREE_MINUTES ?= 10

.PHONY: all test race lint fmt tidy fuzz agree bench quickstart clean

all: test lint tidy quickstart

test:
	$(GO) test ./...

race:
	$(GO) test -race ./...

# The linter is built once, outside the module, so that its dependencies never
# reach a host.
$(LINT):
	mkdir -p $(TOOLS)
	GOBIN=$(TOOLS) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	mv $(TOOLS)/golangci-lint $(LINT)

lint: $(LINT)
	$(GO) vet ./...
	$(LINT) run ./...

fmt: $(LINT)
	$(LINT) fmt ./...

tidy:
	$(GO) mod tidy -diff
	$(GO) mod verify

fuzz:
	$(GO) test ./where -run '^$$' -fuzz FuzzJSON -fuzztime $(FUZZTIME)

# All engines must select and delete the same contacts.
agree:
	CONTACTSWEEP_AGREE_MINUTES=$(AGREE_MINUTES) $(GO) test ./store/storetest -run TestAgreement -timeout 0 -v

bench:
	$(GO) test ./... -run '^$$' -bench . -benchtime 1x

quickstart:
	$(GO) run ./examples/quickstart

clean:
	rm -rf .cache crm.db*
