#!/bin/bash
# usage: bare.sh PYTHON ARGUMENT...
# Run PYTHON where the PATH has Python, bash, git, make and the coreutils alone, as on a machine that has nothing else.
set -euo pipefail

coreutils="[ arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp csplit cut date dd
df dir dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname
ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx pwd
readlink realpath rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat
stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink users vdir wc
who whoami yes"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for name in bash git make $coreutils; do
    path=$(type -P "$name") || continue
    ln -s "$path" "$folder/$name"
done
# The one that the virtual environment was made with: a link to the environment's own would not find its packages.
python=$(realpath "$1")
ln -s "$python" "$folder/python"
ln -s "$python" "$folder/python3"

PATH=$folder BARE=1 "$@"
