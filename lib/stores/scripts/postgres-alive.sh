#!/bin/sh
# Fails if the server does not answer. One that refuses, because it recovers or ends, is alive: a restart would only make
# it recover again. By TCP: while the image makes the database, a server without TCP answers on the socket.
set -u
pg_isready --quiet --host=127.0.0.1 --port=5432 || [ $? -eq 1 ]
