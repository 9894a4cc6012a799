#!/usr/bin/env bash
# One machine, GNU parallel: examples/scale/parallel.sh 4 configs/quickstart.yaml out/parallel
# Run it again after an interruption: complete shards are left alone, the others go on.
set -euo pipefail
count=$1
config=$2
out=$3
threads=$(( ($(nproc) + count - 1) / count ))
seq "$count" | parallel --halt soon,fail=1 --jobs "$count" \
  bench run "$config" --out "$out" --set "threads=$threads" --shard "{}/$count"
bench merge "$out"/shard-*-of-"$count" --out "$out/merged"
