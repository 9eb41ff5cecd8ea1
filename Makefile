# Vägval: build, run, test. `make help` lists the targets.
#
#   B=DIR    build somewhere else than build/
#   SAN=1    address and undefined-behaviour sanitizers (into build/san)
#   COV=1    coverage (into build/cov)

SHELL := /bin/bash
MAKEFLAGS += --no-builtin-rules
# V=1 shows the commands.
Q := $(if $(V),,@)
.DELETE_ON_ERROR:

B ?= build
ifdef SAN
BD := $(B)/san
else ifdef COV
BD := $(B)/cov
else
BD := $(B)
endif

CC ?= cc
ifeq ($(CC),cc)
CC := gcc
endif
SERVICES := intake assessment provider-registry payment
PACKAGES := libzmq libprotobuf-c hiredis libsodium jansson libcyaml yaml-0.1 libmicrohttpd libxml-2.0
# Deferred: pkg-config and protoc-c may not be installed before `make install` has run.
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PKG_LIBS = -Wl,--as-needed $(shell pkg-config --libs $(PACKAGES)) -lcsv -lm

WARN := -Wall -Wextra -Werror -Wconversion -Wshadow -Wformat=2 -Wswitch-enum -Wstrict-prototypes \
        -Wmissing-prototypes -Wvla -Wundef
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
OPT := -O2 -g
ifdef SAN
HARDEN := -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -fPIE
OPT := -O1 -g
LDSAN := -fsanitize=address,undefined
endif
ifdef COV
OPT := -O0 -g --coverage
HARDEN := -fPIE
LDSAN := --coverage
endif
CPPFLAGS_ALL = -D_GNU_SOURCE -Iinclude -Iproto -I$(B)/gen $(PKG_CFLAGS)
CFLAGS_ALL = -std=c11 $(OPT) $(HARDEN) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now $(LDSAN) $(LDFLAGS)

PROTOS := $(wildcard proto/vagval/v1/*.proto)
PB_C := $(patsubst proto/%.proto,$(B)/gen/%.pb-c.c,$(PROTOS))
PB_H := $(PB_C:.c=.h)
PB_O := $(patsubst $(B)/gen/%.c,$(BD)/obj/gen/%.o,$(PB_C))

objects = $(patsubst %.c,$(BD)/obj/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c)))
LIB_KERNEL := $(BD)/lib/libkernel.a
LIB_RUNTIME := $(BD)/lib/libruntime.a
LIB_CLI := $(BD)/lib/libcli.a
LIB_DOCUMENTS := $(BD)/lib/libdocuments.a
LIBS_SERVICE := $(SERVICES:%=$(BD)/lib/lib%.a)
BINS := $(BD)/bin/vagval $(SERVICES:%=$(BD)/bin/vagval-%)

.PHONY: all help install build run test check format bench fuzz cov compose-test clean proto
all: build

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: $(BINS) ## build everything under build/
proto: $(PB_H)

$(B)/gen/%.pb-c.c $(B)/gen/%.pb-c.h &: proto/%.proto
	@mkdir -p $(B)/gen
	$(Q)protoc-c --proto_path=proto --c_out=$(B)/gen $< 2> >(grep -v 'protoc-c. is deprecated' >&2)

$(BD)/obj/gen/%.o: $(B)/gen/%.c $(PB_H)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -w -c $< -o $@

$(BD)/obj/%.o: %.c | $(PB_H)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(WARN) -MMD -MP -c $< -o $@

# The library is embedded with .incbin, which the compiler's dependency files do not show.
$(BD)/obj/services/runtime/store_library.o: deploy/redis/vagval.lua

$(LIB_KERNEL): $(call objects,services/kernel)
$(LIB_RUNTIME): $(call objects,services/runtime) $(PB_O)
$(LIB_CLI): $(call objects,services/cli)
$(LIB_DOCUMENTS): $(call objects,services/documents)
# Files that the command carries inside (.incbin): the compiler does not tell make about them.
$(BD)/obj/services/cli/embedded.o: deploy/redis/redis.conf deploy/redis/users.acl.in \
    deploy/demo/municipalities.csv deploy/schemes/se-krom.yaml deploy/models/ams-2018.yaml
define service_lib
$(BD)/lib/lib$(1).a: $(call objects,services/$(1))
$(BD)/bin/vagval-$(1): $(BD)/obj/services/$(1)/main.o $(BD)/lib/lib$(1).a $(LIB_RUNTIME) $(LIB_KERNEL)
endef
$(foreach s,$(SERVICES),$(eval $(call service_lib,$(s))))
# The command works out what needs no running system with the services' own pure rules.
CLI_LIBS := $(LIB_CLI) $(LIB_DOCUMENTS) $(BD)/lib/libpayment.a $(BD)/lib/libprovider-registry.a
$(BD)/bin/vagval: $(BD)/obj/services/cli/main.o $(CLI_LIBS) $(LIB_RUNTIME) $(LIB_KERNEL)

$(BD)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BD)/bin/%:
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -o $@

# ---- unit and contract tests: tests/unit/<folder>/test_*.c link the library of that folder --------
UNIT_SRC := $(wildcard tests/unit/*/test_*.c) $(wildcard tests/contract/test_*.c) \
            $(wildcard tests/torture/test_*.c)
UNIT_BIN := $(UNIT_SRC:%.c=$(BD)/%)
SUPPORT_O := $(call objects,tests/support)
unit_lib = $(if $(filter cli,$(1)),$(CLI_LIBS),$(filter $(BD)/lib/lib$(1).a,$(LIBS_SERVICE) $(LIB_DOCUMENTS)))

define unit_rule
$(BD)/$(1:.c=): $(BD)/obj/$(1:.c=.o) $(SUPPORT_O) $(call unit_lib,$(notdir $(patsubst %/,%,$(dir $(1))))) $(LIB_RUNTIME) $(LIB_KERNEL)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(PKG_LIBS) $$(shell pkg-config --libs cmocka) $$(shell sed -n 's@^/\* LDFLAGS: \(.*\) \*/@\1@p' $(1)) -o $$@
endef
$(foreach t,$(UNIT_SRC),$(eval $(call unit_rule,$(t))))

# Programs of the integration tests: a client that does not trust the runtime's, our calendar.
SPEAK := $(addprefix $(BD)/tests/integration/,speak holidays)
$(SPEAK): $(BD)/tests/integration/%: $(BD)/obj/tests/integration/%.o $(LIB_RUNTIME) $(LIB_KERNEL)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -o $@

unit: $(UNIT_BIN) ## build and run the unit and contract tests alone
	@deploy/scripts/run-tests.sh --only-units $(BD)

install: ## install what is missing from the distribution's packages
	@deploy/scripts/install.sh

run: ## install, build, start on embedded defaults, carry the demonstration book through
	@deploy/scripts/install.sh
	@$(MAKE) --no-print-directory -s build
	@deploy/scripts/run-demo.sh

test: ## install, build, run every test except benchmarks and long runs
	@deploy/scripts/install.sh --test
	@$(MAKE) --no-print-directory -s SAN=$(SAN) build $(if $(SAN),,) test-binaries
	@deploy/scripts/run-tests.sh $(BD)

cov: ## coverage of the rules by their unit tests, file by file
	@$(MAKE) --no-print-directory -s COV=1 cov-binaries
	@deploy/scripts/coverage.sh $(B)/cov

cov-binaries: $(filter $(foreach s,payment provider-registry assessment documents,$(BD)/tests/unit/$(s)/%),$(UNIT_BIN))

test-binaries: build $(UNIT_BIN) $(SPEAK)
-include tests/fuzz/fuzz.mk
-include tests/bench/bench.mk

check: ## format, lint and style checks
	@deploy/scripts/install.sh --test
	@tests/tidy/check.sh

format: ## rewrite the sources in the project's format
	clang-format -i $$(git ls-files '*.c' '*.h')

compose-test: ## build the images, start them, carry one person through, kill payment in the middle
	@deploy/scripts/install.sh --compose
	@tests/compose/compose-test.sh

clean: ## remove build/
	rm -rf $(B)

-include $(shell find $(BD)/obj -name '*.d' 2>/dev/null)
