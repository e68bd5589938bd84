#!/bin/sh
# Ends the servers of a jest run that was killed: they are detached and would run on for ever.
# usage: reap.sh <process id of jest> <directory of the run>
while kill -0 "$1" 2>/dev/null; do
  # The run has ended in order and removed its directory.
  [ -d "$2" ] || exit 0
  sleep 1
done

pids=$(sed -n 's/^ *"pid": \([0-9]*\),*$/\1/p' "$2"/*.json "$2"/*/*.json 2>/dev/null)
for pid in $pids; do kill -INT "$pid" 2>/dev/null; done
for pid in $pids; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  kill -KILL "$pid" 2>/dev/null
done
rm -rf "$2"
