#!/usr/bin/env bash
# Everything in one command: scripts/peers/run.sh [options of main.py]. PEERS_VENV: where the Python packages are kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="${PEERS_VENV:-${TMPDIR:-/tmp}/explanation-bench-peers}"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement scripts/peers/requirements.txt
npm run --silent build
exec nice -n "${NICE:-5}" "$venv/bin/python" scripts/peers/main.py "$@"
