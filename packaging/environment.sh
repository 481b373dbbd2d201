# Sourced by run, test and bench: makes a virtual environment that holds what pyproject.toml asks for.
# Needs: $project (the checkout), $venv (where the environment goes), $extras (comma separated).

say() { printf '%s\n' "$*" >&2; }

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

missing_packages() {
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

# install_packages WHY PACKAGE...: Debian packages, where this user may; else says what is missing and goes on.
install_packages() {
    why=$1
    shift
    command -v dpkg-query >/dev/null || {
        say "This is not a Debian system: please provide what these packages hold ($why): $*"
        return 0
    }
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if may_install; then
        say "Installing Debian packages ($why): $missing"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
        # shellcheck disable=SC2086 # one word per package
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
    else
        say "Not installed, and this user may not install them ($why): $missing"
        say "Ask an administrator for: apt-get install $missing"
    fi
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    say "Python 3.11 or newer is needed."
    return 1
}

make_environment() {
    python=$(find_python) || return 1
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "to make virtual environments" python3-venv
    fi
    wanted=$(cat "$project/pyproject.toml" "$project/packaging/environment.sh" | cksum)" $extras"
    if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.made-for" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    say "Installing dicomdesk into $venv ..."
    "$python" -m venv "$venv" || return 1
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade pip || return 1
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$project[$extras]" || return 1
    printf '%s' "$wanted" >"$venv/.made-for"
}
