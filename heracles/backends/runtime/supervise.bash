# shellcheck shell=bash disable=SC2034,SC2154 # the script and the callers of these functions assign the other variables

# Sleep, then pass caught signals on to processes. One that ends the sleep was sent to all of them.
heracles_sleep() {
  command -p sleep "$((SECONDS > 2)).02"
  (($? > 128)) && passed=${#caught[@]}
  while ((passed < ${#caught[@]})); do kill -s "${caught[passed++]}" "$@"; done
} 2> /dev/null
# Record the item's start, or its exit code; say so once if that fails, and mark the file.
heracles_record() {
  [[ $1 == 0 && ${caught[*]} =~ HUP|INT|QUIT|TERM ]] && set -- 00 # it may have saved its state, no more
  [[ -z $job ]] || {
    [[ ! -L $heracles_folder && ! -L $exits && ! -p $exits ]] &&
      { printf '%s %(%s)T\n' "$ids $item $1" -1 >> "$exits" || { command -p chmod +t "$exits"; false; }; }
  } 2> /dev/null || ((warned++)) || echo "Heracles cannot write to $exits" >&2
}
