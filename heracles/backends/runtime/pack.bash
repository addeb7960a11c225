# shellcheck shell=bash disable=SC2034,SC2154 # the script and other pieces assign and use the other variables

# Wait until fewer than $1 runs are left, and record how the others ended.
heracles_wait() {
  while ((${#running[@]} >= $1)); do
    heracles_sleep "${!running[@]}"
    for pid in "${!running[@]}"; do
      kill -0 "$pid" 2> /dev/null && continue
      wait "$pid" 2> /dev/null
      code=$?
      ((code == 0)) || failed+=("${labels[pid]}")
      item=${running[pid]}
      heracles_record "$code"
      unset "running[pid]"
    done
  done
}
# Do the runs of task $1 in separate bashes, so that no EXIT trap and no exec can hide their exit codes.
heracles_do() {
  set +aeu
  # +x: no run inherits them, but what the user exported by these names.
  local +x item=$(($1 * heracles_pack)) run job ids exits label signal caught=() passed=0 warned=0 stopped=0 \
    next end ended='' pid code running=() labels=() failed=() || exit 2
  next=$item end=$((heracles_items - item < heracles_pack ? heracles_items : item + heracles_pack))
  heracles_place # or end with the usage
  for signal in USR1 USR2 ALRM XCPU; do trap -- "caught+=($signal)" "$signal"; done
  # After these, no further run starts.
  for signal in HUP INT QUIT TERM; do trap -- "caught+=($signal) stopped=1" "$signal"; done
  # Of a task that was requeued, what ended well is not run again.
  [[ ${heracles_restarts/0/} ]] && ended=$(command -p grep -hsF "$ids " "$heracles_folder"/*)
  for (( ; next < end && !stopped; next++)); do
    item=$next
    heracles_place
    [[ $'\n'$ended != *$'\n'"$ids $item 0 "* ]] || continue
    printf '%s\n' "$heracles_file: run $label" >&2
    heracles_record start
    (
      trap - INT QUIT # which bash ignores in the background
      exec "${heracles_bash[@]}" "$0" "$run" "${@:3}"
    ) &
    running[$!]=$item labels[$!]=$label SECONDS=0
    heracles_wait "$heracles_parallel"
  done
  heracles_wait 1
  ((next == end)) || failed+=("$((end - next)) that were not started")
  ((${#failed[@]})) || exit 0
  printf -v failed '%s, ' "${failed[@]}"
  printf '%s\n' "$heracles_file: failed: ${failed%, }" >&2
  exit 1
}
