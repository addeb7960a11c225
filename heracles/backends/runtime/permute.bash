# shellcheck shell=bash disable=SC2034 # the result is in REPLY

# Set REPLY to number $1 of the permutation of 0 .. $2 - 1 with these constants: rounds of add, multiply and fold.
heracles_permute() {
    local number=$1 size=$2 mask=$3 bits=$4 round
    while true; do
        for round in "${@:5}"; do
            number=$(((number + ${round%:*}) * ${round#*:} & mask))
            number=$((number ^ number >> bits))
        done
        ((number >= size)) || break
    done
    REPLY=$number
}
