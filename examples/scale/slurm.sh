#!/usr/bin/env bash
# A Slurm array job: sbatch --array=1-8 examples/scale/slurm.sh configs/quickstart.yaml out/array
# A task that is cancelled or preempted goes on where it stopped when it is requeued.
#SBATCH --job-name=bench
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@60
set -euo pipefail
config=$1
out=$2
exec bench run "$config" --out "$out" --set "threads=${SLURM_CPUS_PER_TASK:-1}" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
