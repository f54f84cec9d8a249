# voipqos - `make help` lists the targets.

B        ?= build
PREFIX   ?= /usr/local
CC       ?= cc
CSTD     := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla
OPT      ?= -O3 -g
SAN      ?=
PKGS     := libpcap libosip2 jansson zlib libzstd libcrypto
# Asked for once, here. A missing package shows itself by the header that the compiler does not find.
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# Decoders for --wav, taken where they are there: `make AUDIO=` leaves them out.
AUDIO    := $(shell for p in spandsp opus; do ! pkg-config --exists $$p 2>/dev/null || echo $$p; done)
# spandsp brings a dozen libraries along: it is loaded when there is something to decode (wav_spandsp.c). Tests are linked to it.
AUDIO_LIBS := $(if $(filter opus,$(AUDIO)),$(shell pkg-config --libs opus))
SPANDSP_LIBS := $(if $(filter spandsp,$(AUDIO)),$(shell pkg-config --libs spandsp))
SPANDSP_SO := $(if $(SPANDSP_LIBS),$(or $(shell readelf -d "$$(pkg-config --variable=libdir spandsp)/libspandsp.so" 2>/dev/null | \
  sed -n 's/.*SONAME.*\[\(.*\)\].*/\1/p'),libspandsp.so.2))
ALL_CFLAGS = $(CSTD) $(OPT) $(WARN) $(SAN) -Iinclude -Isrc $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS   = $(PKG_LIBS) $(AUDIO_LIBS) -lm -ldl $(LDLIBS)

JOBS     := $(shell nproc 2>/dev/null || echo 1)
# Recipes say in short what they do; `make V=1` shows the commands.
Q        := $(if $(V),,@)
say       = $(if $(V),,@echo '  $(1) $@')

FLOORS   := util net proto metrics session report
LIB_SRC  := $(sort $(foreach f,$(FLOORS),$(wildcard src/$(f)/*.c)))
APP_SRC  := $(sort $(filter-out src/app/main.c,$(wildcard src/app/*.c)))
LIB_OBJ  := $(LIB_SRC:src/%.c=$(B)/obj/%.o)
APP_OBJ  := $(APP_SRC:src/%.c=$(B)/obj/%.o)
LIB      := $(B)/libvoipqos.a
APP      := $(B)/voipqos

UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT     := $(UNIT_SRC:tests/%.c=$(B)/tests/%)
SUP_SRC  := $(sort $(wildcard tests/support/*.c))
SUP_OBJ  := $(SUP_SRC:tests/%.c=$(B)/tests/obj/%.o)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAY   := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(B)/tests/replay/%)
FUZZERS  := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(B)/fuzz/%)
OOM_SRC  := $(sort $(wildcard tests/oom/test_*.c))
OOM      := $(OOM_SRC:tests/%.c=$(B)/tests/%)
# Small programs that test scripts use.
TOOL_SRC := $(sort $(wildcard tests/cli/*.c tests/live/*.c))
TOOLS    := $(TOOL_SRC:tests/%.c=$(B)/tests/%)
BENCH    := $(patsubst tests/bench/%.c,$(B)/bench/%,$(sort $(wildcard tests/bench/*.c)))

.PHONY: FORCE all help demo test check bench fuzz asan valgrind oom live layers lint accuracy install uninstall clean tests lab
.DELETE_ON_ERROR:
.SECONDARY:

all: $(APP) $(LIB)

help:
	@sed -n 's/^## //p' Makefile

## make            build/voipqos and build/libvoipqos.a
## make demo       install what is missing (apt), build, analyse a shipped capture
## make test       install what is missing (apt), build, run every test
## make check      the same without looking for missing packages
## make bench      speed and memory as ratios against reference programs
## make accuracy   streams with known loss, jitter, R against what is reported of them, tshark beside it
## make fuzz       every fuzz target with libFuzzer, FUZZ_SECONDS (30) each
## make asan       all tests under AddressSanitizer and UBSan
## make valgrind   unit tests and shipped captures under valgrind
## make oom        a whole analysis with the 1st, 2nd, 3rd ... allocation failing
## make live       live capture over a veth pair: a replay and a flood (root)
## make layers     check that no floor includes a floor above it
## make lint       both compilers without a warning, clang-tidy, cppcheck, file and function sizes
## make lab        record the shipped captures anew with real SIP software (root)
## make install    to $(DESTDIR)$(PREFIX)

$(B)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The two libraries that cannot be asked at run time.
$(B)/obj/app/version.o: ALL_CFLAGS += -DVQ_BUILD_OSIP2='"$(shell pkg-config --modversion libosip2)"' \
  -DVQ_BUILD_JANSSON='"$(shell pkg-config --modversion jansson)"'

# Built anew when they come or go.
$(B)/obj/app/wav_spandsp.o $(B)/obj/app/wav_opus.o $(B)/tests/obj/unit/app/test_wav_codec.o: $(B)/audio
HAVE_AUDIO := $(if $(AUDIO),$(patsubst %,-DVQ_HAVE_%,$(shell echo $(AUDIO) | tr a-z A-Z)) \
  -DVQ_BUILD_SPANDSP='"$(shell pkg-config --modversion spandsp 2>/dev/null)"' -DVQ_SPANDSP_SO='"$(SPANDSP_SO)"' $(shell pkg-config --cflags $(AUDIO)))
$(B)/obj/app/wav_%.o $(B)/tests/obj/unit/app/test_wav_%.o: ALL_CFLAGS += $(HAVE_AUDIO)
$(B)/audio: FORCE
	@mkdir -p $(@D)
	@echo '$(AUDIO)' | cmp -s - $@ || echo '$(AUDIO)' >$@

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(B)/libapp.a: $(APP_OBJ)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(APP): $(B)/obj/app/main.o $(B)/libapp.a $(LIB)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(ALL_LIBS)

# ---- tests ----------------------------------------------------------------------------------------------------------

$(B)/tests/obj/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -c $< -o $@

$(B)/tests/unit/%: $(B)/tests/obj/unit/%.o $(SUP_OBJ) $(B)/libapp.a $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(ALL_LIBS) $(TEST_LIBS) -lcmocka $(WRAP)
$(B)/tests/unit/app/test_wav_codec: TEST_LIBS := $(SPANDSP_LIBS)

# One replay program per fuzz target: the same code, fed from files behind a guard page.
$(B)/tests/replay/%: $(B)/tests/obj/fuzz/fuzz_%.o $(B)/tests/obj/fuzz/replay.o $(SUP_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(ALL_LIBS) -lcmocka

# Linked so that the test decides which allocation of the library fails.
OOM_WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc,--wrap=free
$(B)/tests/oom/%: $(B)/tests/obj/oom/%.o $(B)/tests/obj/oom/capture.o $(SUP_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(OOM_WRAP) $^ -o $@ $(ALL_LIBS) -lcmocka

$(TOOLS): $(B)/tests/%: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests $(LDFLAGS) $< -o $@ $(TOOL_LIBS)
$(B)/tests/cli/pack: TOOL_LIBS := $(shell pkg-config --libs zlib libzstd 2>/dev/null)

# As a user of the library builds it: public headers only, no libpcap.
EMBED_LIBS := $(shell pkg-config --libs libosip2 jansson libcrypto zlib 2>/dev/null)
$(B)/tests/embed/example: tests/embed/example.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CSTD) $(OPT) $(WARN) $(SAN) -Iinclude $(CFLAGS) $(LDFLAGS) $^ -o $@ $(EMBED_LIBS) -lm

tests: all $(UNIT) $(REPLAY) $(OOM) $(TOOLS) $(B)/tests/embed/example

check: tests
	@B=$(B) sh tests/run.sh

test:
	@sh packaging/install-deps.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) tests
	@$(MAKE) --no-print-directory check

demo:
	@sh packaging/install-deps.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@sh packaging/demo.sh $(APP)

asan:
	$(MAKE) B=$(B)/asan OPT='-O1 -g' SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' check

valgrind: tests
	@B=$(B) sh tests/valgrind.sh

# ---- fuzzing: its own build tree, instrumented --------------------------------------------------------------------

FUZZ_SECONDS ?= 30
FUZZ_CC := clang $(CSTD) -O1 -g -fno-sanitize-recover=undefined \
  -Iinclude -Isrc -Itests $(PKG_CFLAGS)
FUZZ_OBJ := $(LIB_SRC:src/%.c=$(B)/fuzz/obj/%.o) $(SUP_SRC:tests/%.c=$(B)/fuzz/obj/%.o)
$(B)/fuzz/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c $< -o $@

$(B)/fuzz/obj/support/%.o: tests/support/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c $< -o $@

$(B)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_OBJ)
	$(call say,CC)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined $^ -o $@ $(ALL_LIBS) -lcmocka

fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do n=$$(basename $$f); echo "== $$n"; mkdir -p $(B)/fuzz/found/$$n; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
	     -artifact_prefix=$(B)/fuzz/found/$$n/ $(B)/fuzz/found/$$n tests/fuzz/corpus/$$n >$(B)/fuzz/$$n.log 2>&1 \
	     || { tail -40 $(B)/fuzz/$$n.log; exit 1; }; grep -E 'stat::number_of_executed_units' $(B)/fuzz/$$n.log; done

# ---- bench, lint, install -------------------------------------------------------------------------------------------

$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests $(LDFLAGS) $< -o $@ $(ALL_LIBS)

bench: all $(BENCH)
	@B=$(B) sh tests/bench/run.sh

# KEEP=DIR leaves the captures there, each with its truth beside it; PAGE=docs/accuracy.md puts the table into the page.
accuracy: all
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/accuracy/accuracy.py $(APP) $(if $(KEEP),--keep $(KEEP)) \
	  $(if $(PAGE),--write $(PAGE))

oom: $(OOM)
	@for t in $(OOM); do $$t || exit 1; done

live: all $(TOOLS)
	@B=$(B) VOIPQOS=$(APP) CAPTURES=captures sh tests/live/test.sh

layers:
	@sh tests/layers.sh

lint: layers
	@sh tests/lint.sh

lab:
	@sh tests/lab/run.sh --all

COMPLETIONS := $(PREFIX)/share/bash-completion/completions

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include/voipqos \
	  $(DESTDIR)$(PREFIX)/share/voipqos $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(COMPLETIONS)
	install -m 755 $(APP) $(DESTDIR)$(PREFIX)/bin/voipqos
	install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/libvoipqos.a
	install -m 644 include/voipqos/*.h $(DESTDIR)$(PREFIX)/include/voipqos/
	install -m 644 reports/voipqos.report.schema.json $(DESTDIR)$(PREFIX)/share/voipqos/
	install -m 644 packaging/voipqos.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 packaging/voipqos.bash $(DESTDIR)$(COMPLETIONS)/voipqos

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/voipqos $(DESTDIR)$(PREFIX)/lib/libvoipqos.a $(DESTDIR)$(PREFIX)/include/voipqos \
	  $(DESTDIR)$(PREFIX)/share/voipqos $(DESTDIR)$(PREFIX)/share/man/man1/voipqos.1 $(DESTDIR)$(COMPLETIONS)/voipqos

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
