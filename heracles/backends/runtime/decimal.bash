# shellcheck shell=bash disable=SC2034 # the result is in REPLY

# Set REPLY to the number $1 / 10**$2 as Python prints it.
heracles_decimal() {
  printf -v REPLY %.15g "$1e-$2"
  REPLY=${REPLY/[!0-9e-]/.} # in any locale
  [[ $REPLY == *[.e]* ]] || REPLY+=.0
}
