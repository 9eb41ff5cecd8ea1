# Benchmarks: figures are printed, never asserted.
#   make bench                                 everything, about ten minutes
#   make bench PEOPLE=100000 SECONDS_=10       smaller
#   make bench PARTITIONS=64                   another number of partitions
#   make bench-campaign PARTICIPANTS=4000      a late tariff over a book, alone
#   make bench-year                            the payment rules alone, five seconds
#   make bench-postgres                        the yardstick alone, half a minute or so
PEOPLE ?= 800000
SECONDS_ ?= 60
IN_FLIGHT ?= 4096
PARTITIONS ?= 256
PARTICIPANTS ?= 100000

bench_objects = $(patsubst %,$(BD)/obj/tests/bench/%.o,$(1))
$(BD)/bin/bench_premium: $(call bench_objects,bench_premium bench_client bench_ceiling bench_people) $(LIB_RUNTIME) $(LIB_KERNEL)
$(BD)/bin/bench_hot: $(call bench_objects,bench_hot bench_client bench_people) $(LIB_RUNTIME) $(LIB_KERNEL)
$(BD)/bin/bench_score: $(call bench_objects,bench_score) $(LIB_RUNTIME) $(LIB_KERNEL)
$(BD)/bin/bench_entitlement: $(call bench_objects,bench_entitlement) $(BD)/lib/libpayment.a $(LIB_RUNTIME) $(LIB_KERNEL)
$(BD)/bin/bench_year: $(call bench_objects,bench_year) $(BD)/lib/libpayment.a $(LIB_RUNTIME) $(LIB_KERNEL)
$(BD)/bin/bench_rating: $(call bench_objects,bench_rating) $(BD)/lib/libprovider-registry.a $(LIB_RUNTIME) $(LIB_KERNEL)

$(BD)/bin/bench_payrun: $(call bench_objects,bench_payrun) $(LIB_DOCUMENTS) $(LIB_RUNTIME) $(LIB_KERNEL)

bench-binaries: $(addprefix $(BD)/bin/,bench_rating bench_premium bench_hot bench_score bench_entitlement bench_year bench_payrun)
bench: build bench-binaries ## measure speed and memory (long; nothing is asserted)
	@tests/bench/bench.sh $(BD) $(PEOPLE) $(SECONDS_) $(IN_FLIGHT) $(PARTITIONS) $(PARTICIPANTS)
bench-campaign: build ## a late tariff over a national book alone: PARTICIPANTS=100000
	@tests/bench/bench_campaign.sh $(BD) $(PARTICIPANTS) $(PARTITIONS)
bench-year: $(BD)/bin/bench_year ## the payment rules alone over a year of facts
	@$(BD)/bin/bench_year deploy/schemes/se-krom.yaml 5
bench-postgres: ## the yardstick of `make bench` alone: the same in PostgreSQL
	@tests/bench/bench_postgres.sh $(if $(filter 800000,$(PEOPLE)),100000,$(PEOPLE)) $(if $(filter 60,$(SECONDS_)),10,$(SECONDS_))
.PHONY: bench-postgres bench-campaign bench-year
