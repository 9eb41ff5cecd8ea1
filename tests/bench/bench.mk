# Benchmarks: figures are printed, never asserted.
#   make bench                       everything, about ten minutes
#   make bench PEOPLE=100000 SECONDS_=10   smaller
PEOPLE ?= 900000
SECONDS_ ?= 60
IN_FLIGHT ?= 512
BENCH_PARTITIONS ?= 256

BENCH_O := $(patsubst tests/bench/%.c,$(BD)/obj/tests/bench/%.o,$(wildcard tests/bench/*.c))
$(BD)/bin/bench_premium: $(addprefix $(BD)/obj/tests/bench/,bench_premium.o bench_client.o bench_ceiling.o bench_people.o) $(LIB_RUNTIME) $(LIB_KERNEL)

bench: build $(BD)/bin/bench_premium ## measure speed and memory (long)
	@tests/bench/bench.sh $(BD) $(PEOPLE) $(SECONDS_) $(IN_FLIGHT) $(BENCH_PARTITIONS)
