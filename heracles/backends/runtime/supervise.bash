# shellcheck shell=bash disable=SC2034,SC2154 # the script and the callers of these functions assign the other variables

# Sleep, then pass caught signals on to processes. One that ends the sleep was sent to all of them.
heracles_sleep() {
  command -p sleep "$((SECONDS > 2)).02"
  (($? > 128)) && passed=${#caught[@]}
  while ((passed < ${#caught[@]})); do kill -s "${caught[passed++]}" "$@"; done
} 2> /dev/null
# Record the item's start, or its exit code. A run that was told to end may have saved its state: the time of its 0
# begins with 0. If that fails, say so once, and mark the file as one that lacks something.
heracles_record() {
  local mark=''
  [[ $1 == 0 && ${caught[*]} =~ HUP|INT|QUIT|TERM ]] && mark=0
  [[ -z $job ]] || {
    [[ ! -L $heracles_folder && ! -L $exits && ! -p $exits ]] &&
      { printf '%s %s%(%s)T\n' "$ids $item $1" "$mark" -1 >> "$exits" || { command -p chmod +t "$exits"; false; }; }
  } 2> /dev/null || ((warned++)) || printf '%s\n' "Heracles cannot write to $exits" >&2
}
