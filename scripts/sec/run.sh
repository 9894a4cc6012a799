#!/usr/bin/env bash
# From scenes to segmenters in one command: [PYTHON=…] [SCENES=1600] scripts/sec/run.sh WORK [STEPS]. What is there already
# is gone on with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mkdir -p "$1" && cd "$1" && pwd)
steps=${2:-600}
python=${PYTHON:-python}
scenes=$work/scenes
[ -f "$scenes/classes.txt" ] || node "$here/generate.mjs" "$scenes" "${SCENES:-1600}"
SEC_SCENES=$scenes npm --prefix "$root" run bench -- run "$here/seeds.yaml" --out "$work/seeds"
train() {
  "$python" "$here/train.py" --scenes "$scenes" --seeds "$1" --out "$root/models/sec/$2.onnx" --work "$work/nets" --steps "$steps"
}
train "$work/seeds/seeds-vgg16-grad-cam.pickle" sec-grad-cam
train "$work/seeds/seeds-vgg16-gap-cam.pickle" sec-cam
train "$work/seeds/seeds-vgg16-backprop.pickle" sec-backprop
train masks masks
npm --prefix "$root" run bench -- run "$root/configs/experiments/sec.yaml"
