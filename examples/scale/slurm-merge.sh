#!/usr/bin/env bash
# Submits the array and, once all of its tasks succeeded, the merge:
#   examples/scale/slurm-merge.sh 8 configs/quickstart.yaml out/array
set -euo pipefail
count=$1
config=$2
out=$3
job=$(sbatch --parsable --array="1-$count" "$(dirname "$0")/slurm.sh" "$config" "$out")
sbatch --dependency="afterok:${job%%;*}" --wrap "bench merge $out/shard-*-of-$count --out $out/merged"
