#!/bin/sh
# Makes .venv with the locked versions: wheels only, each checked against its hash (feedgen is published as source only).
# A virtual environment needs ensurepip, which a fresh Debian keeps in python3-venv: root gets it installed, others are told how.
set -eu
python=${1:-python3}

if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "python3-venv is missing: installing it with apt-get" >&2
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "python3-venv is missing. Install it, then call make again:  sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "newsloom needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Say another one: make PYTHON=python3.11" >&2
    exit 1
fi

echo "Setting up .venv (once; a minute or two)" >&2
"$python" -m venv --clear .venv
# Warnings are for the packages' authors; errors still show.
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONWARNINGS=ignore
pip=".venv/bin/python -m pip install --quiet --no-cache-dir --require-hashes"
$pip --only-binary :all: -r requirements-build.lock
$pip --no-build-isolation --only-binary :all: --no-binary feedgen -r requirements.lock
.venv/bin/python -m pip install --quiet --no-build-isolation --no-deps --editable .
