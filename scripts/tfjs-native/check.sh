#!/usr/bin/env bash
# Builds the native addon of @tensorflow/tfjs-node against the libtensorflow of a TensorFlow wheel, and runs the
# engine's parity tests on it. Works in a temporary copy of the committed tree; the product is never touched.
#
#   scripts/tfjs-native/check.sh [folder]      folder: where to work (about 3 GB); a new temporary one by default
#
# Needs: linux x86_64, node and its headers (NODEDIR, the prefix that holds include/node), npm, python3 with pip, gcc.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(git -C "$here" rev-parse --show-toplevel)
work=${1:-$(mktemp -d)}
nodedir=${NODEDIR:-$(node -p 'path.dirname(path.dirname(fs.realpathSync(process.execPath)))')}
version=4.22.0
mkdir -p "$work/wheel" "$work/product"

echo "== copy of $(git -C "$repository" rev-parse --short HEAD) in $work/product"
git -C "$repository" archive HEAD | tar -x -C "$work/product"
cd "$work/product"
npm ci --ignore-scripts --loglevel=error
npm install --no-save --ignore-scripts --loglevel=error "@tensorflow/tfjs-node@$version"

echo "== libtensorflow"
python3 -m pip download --quiet --no-deps --only-binary=:all: --platform manylinux2014_x86_64 \
  --python-version 3.11 --require-hashes -r "$here/requirements.txt" -d "$work/wheel"
addon=node_modules/@tensorflow/tfjs-node
mkdir -p "$addon/deps/lib" "$addon/deps/include"
python3 - "$work"/wheel/tensorflow_cpu-*.whl "$addon/deps" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel, deps = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
for name in wheel.namelist():
    if name.startswith('tensorflow/include/tensorflow/') or name.startswith('tensorflow/include/tsl/'):
        target = deps / 'include' / name.removeprefix('tensorflow/include/')
    elif name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
        target = deps / 'lib' / name.removeprefix('tensorflow/')
    else:
        continue
    if not name.endswith('/'):
        target.parent.mkdir(parents=True, exist_ok=True)
        with wheel.open(name) as source, open(target, 'wb') as out:
            shutil.copyfileobj(source, out)
PYTHON
# The linker looks for these names; the wheel's library holds the C API under another.
ln -sf libtensorflow_cc.so.2 "$addon/deps/lib/libtensorflow.so"
ln -sf libtensorflow_framework.so.2 "$addon/deps/lib/libtensorflow_framework.so"

echo "== addon"
(cd "$addon" && node "$(node -p 'require.resolve("@mapbox/node-pre-gyp/bin/node-pre-gyp")')" rebuild \
  --build-latest-napi-version-only --nodedir="$nodedir" --loglevel=warn)
ls -l "$addon"/lib/napi-v*/tfjs_binding.node

echo "== parity"
TFJS_BACKEND=node npx vitest run test/engines --no-file-parallelism
