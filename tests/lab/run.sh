#!/bin/sh
# run.sh --list                 the scenarios
# run.sh SCENARIO [SEED]        record one (root; 5 to 40 s), result in build/lab/
# run.sh --all [SEED]           record all of them
# run.sh --check [SCENARIO...]  check recordings that exist
# run.sh --ship [SCENARIO...]   copy checked recordings to captures/, write its README
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/scenarios.py" "$@"
