#!/bin/sh
# Makes .clients: the feed readers of tests/clients from PyPI and npm, in locked versions, each checked against its hash, and no script
# of theirs run. What cannot be had is left out, and so are the tests of it.
set -u
python=${1:-python3}
here=tests/clients

mkdir -p .clients
whole=true
"$python" -m venv --clear .clients/python &&
    .clients/python/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes \
        --only-binary :all: -r "$here/requirements.lock" || { whole=false; rm -rf .clients/python; }
if command -v npm >/dev/null; then
    cp "$here/package.json" "$here/package-lock.json" .clients/ &&
        npm ci --prefix .clients --silent --ignore-scripts --no-audit --no-fund || { whole=false; rm -rf .clients/node_modules; }
fi
if $whole; then
    touch .clients/ready
else
    echo "some readers could not be installed; the tests below say which are left out" >&2
fi
