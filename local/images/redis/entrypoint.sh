#!/bin/sh
# As the official image does: whoever reaches the pod may use it.
set -eu
[ "${1:-}" = redis-server ] || exec "$@"
shift
exec redis-server --protected-mode no "$@"
