# shellcheck shell=bash disable=SC2034,SC2154 # the script and other pieces assign and use the other variables

# Do the run of item $1 in a separate bash, so that no EXIT trap and no exec hides its exit code.
heracles_do() {
  set +aeu
  local +x item=$1 run job ids exits signal caught=() passed=0 warned=0 || exit 2 # +x: no run inherits them
  heracles_place
  for signal in HUP INT QUIT TERM USR1 USR2 ALRM XCPU; do trap -- "caught+=($signal)" "$signal"; done
  heracles_record start
  (
    trap - INT QUIT # which bash ignores in the background
    exec "${heracles_bash[@]}" "$0" "$run" "${@:3}"
  ) <&0 &
  SECONDS=0
  while kill -0 $! 2> /dev/null; do heracles_sleep $!; done
  wait $! 2> /dev/null
  set -- "$?"
  heracles_record "$1"
  exit "$1"
}
