#!/bin/sh
# Installs the servers of the peers from Debian where they are missing and this is root; starts none of them.
set -eu

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v beanstalkd >/dev/null || missing="$missing beanstalkd"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "Not installed, so not measured:$missing. As root on Debian this installs them; elsewhere install them yourself."
    exit 0
fi
made=""
trap 'rm -f $made' EXIT
make_file() { # PATH CONTENT: unless it is there
    [ ! -e "$1" ] || return 0
    mkdir -p "$(dirname "$1")"
    printf "$2" >"$1"
    made="$made $1"
}
# Asked by Debian's package scripts before they start a service: 101 says that they may not.
make_file /usr/sbin/policy-rc.d '#!/bin/sh\nexit 101\n'
chmod +x /usr/sbin/policy-rc.d
make_file /etc/postgresql-common/createcluster.d/bench.conf 'create_main_cluster = false\n'
apt-get update -qq
# shellcheck disable=SC2086 # words
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
