#!/usr/bin/env bash
# The part of the official image's contract that a container without Matriarch is tested with: 'postgres' makes a database once and starts it as user postgres;
# anything else is run as it is.
set -euo pipefail

[[ ${1:-} != -* ]] || set -- postgres "$@"
[[ ${1:-} == postgres ]] || exec "$@"
if [[ $(id -u) == 0 ]]; then
    mkdir -p "$PGDATA"
    chown -R postgres: "$PGDATA"
    chmod 700 "$PGDATA"
    exec gosu postgres "$0" "$@"
fi
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    if [[ -z ${POSTGRES_PASSWORD:-} && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
        echo "POSTGRES_PASSWORD must not be empty, unless POSTGRES_HOST_AUTH_METHOD is trust" >&2
        exit 1
    fi
    initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-}")
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
