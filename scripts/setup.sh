#!/usr/bin/env bash
# make -> **setup** -> everything else. Builds .venv and node_modules from the locks, inside the clone and nowhere else.
# Promises: a missing or too old tool is named in one line; what is already in place is not built again.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() { echo "setup: $*" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"; return
    fi
  done
  command -v "${PYTHON:-python3}" >/dev/null || stop "${PYTHON:-python3} is missing: install Python 3.11 or newer"
  stop "$("${PYTHON:-python3}" --version 2>&1) is too old: Python 3.11 or newer is needed (name one with PYTHON=...)"
}

check_node() {
  command -v node >/dev/null || stop "node is missing: install Node.js 20 or newer"
  command -v npm >/dev/null || stop "npm is missing: install the npm that belongs to your Node.js"
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] \
    || stop "Node.js $(node --version) is too old: 20 or newer is needed"
}

# A stamp is newer than what it was made from only if the last build from exactly these files finished.
fresh() { local stamp=$1 source; shift; [ -f "$stamp" ] || return 1
  for source in "$@"; do [ ! "$source" -nt "$stamp" ] || return 1; done; }

build_python() {
  fresh .venv/.stamp requirements.lock requirements.in pyproject.toml && return
  local python uv_version; python=$(find_python)
  uv_version=$(sed -n 's/^uv==\([^ ;]*\).*/\1/p' requirements.lock)
  echo "setup: Python packages into .venv"
  [ -x .venv/bin/python ] || "$python" -m venv .venv \
    || { rm -rf .venv; stop "$python cannot make a virtual environment: install its venv module (Debian: python3-venv)"; }
  [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ] \
    || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
  export VIRTUAL_ENV="$PWD/.venv"
  .venv/bin/uv pip sync --quiet --require-hashes requirements.lock
  .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
  touch .venv/.stamp
}

build_node() {
  fresh node_modules/.stamp package-lock.json package.json && return
  check_node
  echo "setup: Solidity toolchain into node_modules"
  # The tools are plain binaries: no package's install script needs to run.
  npm ci --ignore-scripts --loglevel=error
  touch node_modules/.stamp
}

build_python
build_node
