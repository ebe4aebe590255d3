#!/bin/sh
# What a person and systemd call: the program of the newest release that proved itself, or of the
# one on trial. Everything else is the packaged program.
#
# A release on trial that can't stay up, or does not prove itself in time, is given up here: a
# program that shows no screen can't do it itself. `kiosk/releases.py` reads the same files.
set -u
packaged=@HOME@
login=@LOGIN@
usual=@DATA@
if [ "$(id -u)" = 0 ] && [ "$login" != root ]; then
    export HOME="$usual" KIOSK_DATA="${KIOSK_DATA:-$usual}"
    exec setpriv --reuid="$login" --regid="$login" --init-groups "$0" "$@"
fi
data=${KIOSK_DATA:-$usual}
if [ "${1:-}" = --data ]; then data=${2:-}; fi
releases=$data/releases
seconds=${KIOSK_TRIAL_SECONDS:-600}
most_starts=3

link() { # name version: have the link lead there; without a version: have none
    if [ -z "$2" ]; then rm -f "$releases/$1"; return; fi
    ln -sfn "$2" "$releases/$1.new" && mv -fT "$releases/$1.new" "$releases/$1"
}

give_up() { # why
    echo "$(readlink "$releases/current") $1" >> "$releases/refused"
    sync "$releases/refused"
    link current "$(readlink "$releases/previous")"
    rm -f "$releases/trial" "$releases/starts"
    echo "kiosk: went back to the program before: $1" >&2
}

on_trial() {
    [ -f "$releases/trial" ] || return 1
    read -r version _ < "$releases/trial"
    [ "$version" = "$(readlink "$releases/current")" ]
}

runs() { # process: one that ended stays in the table until Cage asks for it
    grep -qs '^State:.[^XZ]' "/proc/$1/status"
}

# It ends with the program: Cage waits for whoever has what it gave to the program.
watch() { # ends a program that has not proven itself in time
    left=$seconds
    while [ "$left" -gt 0 ]; do
        sleep 1
        on_trial && runs "$1" || return
        left=$((left - 1))
    done
    give_up "it did not prove itself within $seconds seconds"
    kill "$1"
    sleep 5
    kill -9 "$1" 2>/dev/null
}

for last in "$@"; do :; done
if [ "${last:-}" = run ] && on_trial; then
    echo >> "$releases/starts"
    if [ "$(wc -l < "$releases/starts")" -gt "$most_starts" ]; then
        give_up "it did not stay up: $most_starts starts"
    else
        watch $$ < /dev/null &
    fi
fi

home=$packaged
newest=$(readlink "$releases/current")
if [ -n "$newest" ] && [ -x "$releases/$newest/bin/python" ]; then
    # A package that was installed later than the release goes before it.
    if [ "$(printf '%s\n' "$(cat "$packaged/version")" "$newest" | sort -V | tail -n 1)" = "$newest" ]; then
        home=$releases/$newest
    fi
fi
export KIOSK_RELEASES="$releases"
exec "$home/bin/python" "$home/bin/kiosk" "$@"
