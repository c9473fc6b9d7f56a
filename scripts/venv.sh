#!/bin/sh
# Makes a virtual environment, .venv unless another is named, with a Python new enough and installs a requirements file
# into it. Does nothing when both are as they should be already.   Usage: scripts/venv.sh requirements.txt [.venv]
set -eu
cd "$(dirname "$0")/.."
wanted=${1:?which requirements file?}
venv=${2:-.venv}
python=$venv/bin/python
stamp=$venv/.installed-${wanted%.txt}

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    without_venv=
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        new_enough "$candidate" || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    if [ -n "$without_venv" ]; then
        package=$("$without_venv" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        say "$without_venv is here, but the part that makes virtual environments is not. Install it, then try again:"
        say "    sudo apt-get install $package"
    else
        say "No Python 3.11 or newer was found. Install one, then try again:"
        say "    sudo apt-get install python3 python3-venv"
        say "A Python in another place can be named: make run PYTHON=/path/to/python3"
    fi
    return 1
}

if ! { new_enough "$python" && "$python" -c 'import pip' 2>/dev/null; }; then
    found=$(find_python)
    say "Making $venv with $("$found" --version) ..."
    rm -rf "$venv"
    "$found" -m venv "$venv"
fi

# A development file starts from requirements.txt, so both are part of the mark; so is the Python that they are for.
mark=$(cat requirements.txt "$wanted" "$venv/pyvenv.cfg" | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$mark" ]; then
    say "Installing $wanted ..."
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --requirement "$wanted" || {
        say "Installing $wanted failed; the cause stands above. Is the Python package index within reach?"
        exit 1
    }
    printf '%s\n' "$mark" >"$stamp"
fi
