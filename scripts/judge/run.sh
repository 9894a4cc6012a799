#!/usr/bin/env bash
# Maps of four libraries, then the judged table: scripts/judge/run.sh OUT. JUDGE_VENV: where the Python packages are kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${BENCH_TEST_DATA:?the test data, with imagenet-sample and models}"
out="${1:?a folder for the maps and the results}"
venv="${JUDGE_VENV:-${TMPDIR:-/tmp}/explanation-bench-judge}"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement scripts/judge/requirements.txt
sample="$BENCH_TEST_DATA/imagenet-sample"
maps() {
  "$venv/bin/python" "scripts/judge/$1" "$BENCH_TEST_DATA/models/squeezenet1.1.onnx" "$sample/warped.txt" \
    "$sample/ILSVRC/Data/CLS-LOC/val" "$out/maps/$2" "${@:3}"
}
maps maps_pytorch_grad_cam.py pytorch-grad-cam
maps maps_torchcam.py torchcam
maps maps_captum.py captum
maps maps_captum.py captum-relu relu
maps maps_torchray.py torchray
npm run --silent build
JUDGE_MAPS="$out/maps" node dist/cli/main.js run scripts/judge/judge.yaml --out "$out/results"
node dist/cli/main.js leaderboard "$out/results"
