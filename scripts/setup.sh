#!/usr/bin/env bash
# make -> **setup** -> everything else. Builds .venv and node_modules from the locks, inside the clone and nowhere else.
# Promises: a missing or too old tool is named in one line, before anything is built; what is already in place is not
# built again; a clone that was moved gets its .venv anew, since a virtual environment knows its own path; a .venv or
# node_modules that is a link is another clone's, and is left to it.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() { echo "setup: $*" >&2; exit 1; }

find_python() {
  local candidate version
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"; return
    fi
  done
  candidate=${PYTHON:-python3}
  command -v "$candidate" >/dev/null || stop "$candidate is missing: install Python 3.11 or newer"
  version=$("$candidate" --version 2>/dev/null) || stop "$candidate does not run: install Python 3.11 or newer"
  stop "$version is too old: Python 3.11 or newer is needed (name one with PYTHON=...)"
}

# Node.js runs the Solidity compiler, so it is needed after the build as well.
check_node() {
  local version
  command -v node >/dev/null || stop "node is missing: install Node.js 20 or newer"
  version=$(node --version 2>/dev/null) || stop "node does not run: install Node.js 20 or newer"
  version=${version#v}
  [ "${version%%.*}" -ge 20 ] || stop "Node.js $version is too old: 20 or newer is needed"
}

# A stamp is newer than what it was made from only if the last build from exactly these files finished.
fresh() { local stamp=$1 source; shift; [ -f "$stamp" ] || return 1
  for source in "$@"; do [ ! "$source" -nt "$stamp" ] || return 1; done; }

python_is_ready() { [ -L .venv ] || { fresh .venv/.stamp requirements.lock requirements.in pyproject.toml && ! was_moved; }; }
node_is_ready() { [ -L node_modules ] || fresh node_modules/.stamp package-lock.json package.json; }
was_moved() { [ -s .venv/.stamp ] && [ "$(cat .venv/.stamp)" != "$PWD" ]; }

build_python() {
  local python=$1 uv_version
  uv_version=$(sed -n 's/^uv==\([^ ;]*\).*/\1/p' requirements.lock)
  echo "setup: Python packages into .venv"
  if was_moved; then rm -rf .venv; fi
  [ -x .venv/bin/python ] || "$python" -m venv .venv \
    || { rm -rf .venv; stop "$python cannot make a virtual environment: install its venv module (Debian: python3-venv)"; }
  [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ] \
    || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
  export VIRTUAL_ENV="$PWD/.venv"
  # Compiled once here: every process of the stack then starts in half the time.
  .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock
  .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
  echo "$PWD" > .venv/.stamp
}

build_node() {
  command -v npm >/dev/null || stop "npm is missing: install the npm that belongs to your Node.js"
  echo "setup: Solidity toolchain into node_modules"
  # The tools are plain binaries: no package's install script needs to run.
  npm ci --ignore-scripts --loglevel=error
  touch node_modules/.stamp
}

check_node
if ! python_is_ready; then python=$(find_python); build_python "$python"; fi
node_is_ready || build_node
