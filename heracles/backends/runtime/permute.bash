# shellcheck shell=bash disable=SC2034 # the result is in REPLY

# Set REPLY to number $1 of a permutation of 0 to $2 - 1: rounds of add, multiply and fold.
heracles_permute() {
  local round
  REPLY=$1
  for round in "${@:5}"; do
    REPLY=$(((REPLY + ${round%:*}) * ${round#*:} & $3))
    REPLY=$((REPLY ^ REPLY >> $4))
  done
  ((REPLY < $2)) || heracles_permute "$REPLY" "${@:2}"
}
