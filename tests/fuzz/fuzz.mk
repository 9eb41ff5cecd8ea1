# Fuzz targets: libFuzzer with the address and undefined-behaviour sanitizers. They are built with
# clang whatever the rest is built with, into $(B)/fuzz, from the readers that they feed.
#   make fuzz-short          about FUZZ_SECONDS (10) for each target; part of `make test`
#   make fuzz                FUZZ_LONG_SECONDS (600) for each target
#   make fuzz-short FUZZ_TARGETS=scheme
FUZZ_TARGETS ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 10
FUZZ_LONG_SECONDS ?= 600
FUZZ_CC := clang
FUZZ_FLAGS := -std=c11 -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined -fsanitize=address,undefined
PAYMENT_RULES := base caps conditions course difference entitlement facts grant instalments \
    level_in_force premium price_in_force result service_months share sustained unit
FUZZ_SRC := $(wildcard services/kernel/*.c) $(wildcard services/cli/records*.c) \
            services/runtime/arena.c services/runtime/messages.c $(wildcard services/runtime/wire*.c) \
            $(wildcard services/payment/scenario*.c) $(wildcard services/payment/simulate*.c) \
            $(PAYMENT_RULES:%=services/payment/%.c) \
            $(wildcard services/documents/invoice*.c) $(wildcard services/documents/ubl*.c) \
            services/documents/pain002.c
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(B)/fuzz/obj/%.o) $(PB_C:$(B)/gen/%.c=$(B)/fuzz/obj/gen/%.o)
FUZZ_BIN = $(FUZZ_TARGETS:%=$(B)/fuzz/fuzz_%)

.PHONY: fuzz-build fuzz-short
fuzz-build: $(FUZZ_BIN)

$(B)/fuzz/obj/gen/%.o: $(B)/gen/%.c $(PB_H)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS_ALL) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -w -c $< -o $@

$(B)/fuzz/obj/%.o: %.c | $(PB_H)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS_ALL) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(B)/fuzz/libfuzzed.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(B)/fuzz/fuzz_%: $(B)/fuzz/obj/tests/fuzz/fuzz_%.o $(B)/fuzz/libfuzzed.a
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ $(PKG_LIBS) -o $@

.SECONDARY: $(FUZZ_TARGETS:%=$(B)/fuzz/obj/tests/fuzz/fuzz_%.o)

fuzz-short: fuzz-build ## fuzz every reader for about 10 s each
	@tests/fuzz/fuzz.sh $(B)/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz: fuzz-build ## fuzz every reader for 10 minutes each
	@tests/fuzz/fuzz.sh $(B)/fuzz $(FUZZ_LONG_SECONDS) $(FUZZ_TARGETS)

-include $(shell find $(B)/fuzz/obj -name '*.d' 2>/dev/null)
