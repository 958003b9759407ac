#!/bin/sh
# Stands for the image of tests/cluster/postgres_image.py on the sandbox: this machine's PostgreSQL.
set -e
if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=65534 --regid=999 --clear-groups "$0" "$@"
fi
programs=/usr/lib/postgresql/15/bin
data=/tmp/data
printf %s "$POSTGRES_PASSWORD" > /tmp/password
"$programs/initdb" -D "$data" -A scram-sha-256 -U postgres -N --pwfile=/tmp/password
exec "$programs/postgres" -D "$data" -k /tmp -c fsync=off "$@"
