# shellcheck shell=bash disable=SC2034 # the result is in REPLY

# Set REPLY to the number $1 / 10**$2 as Python prints it.
heracles_decimal() {
    local digits=${1#-} sign=${1%%[0-9]*} places=$2 exponent fraction
    exponent=$((${#digits} - 1 - places))
    if ((digits != 0 && exponent < -4)); then
        while [[ $digits == *0 ]]; do digits=${digits%0}; done
        [[ ${#digits} == 1 ]] || digits=${digits:0:1}.${digits:1}
        printf -v REPLY '%s%se-%02d' "$sign" "$digits" "$((-exponent))"
    else
        while ((${#digits} <= places)); do digits=0$digits; done
        fraction=${digits:${#digits}-places}
        while [[ $fraction == ?*0 ]]; do fraction=${fraction%0}; done
        REPLY=$sign${digits:0:${#digits}-places}.$fraction
    fi
}
