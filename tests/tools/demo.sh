#!/bin/bash
# Show a sweep from the first look to the retry of what failed, with the local bash in the place of a scheduler.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

mkdir data
echo run > data/cheetah
cat > train <<'SCRIPT'
#!/bin/bash
read -r gait < "data/${1#env=}" &&
    echo "learned to $gait with $2"
SCRIPT
cat > job.sh <<'SCRIPT'
#!/bin/bash
#SBATCH --time=6:00:00

./train
SCRIPT
chmod +x train

say() {
    printf '\n# %s\n' "$1"
}

# A failing run makes its command fail, which is part of the story. Empty lines are left out, to keep it on one screen.
show() {
    printf '$ %s\n' "$1"
    { eval "$1" 2>&1 || true; } | while IFS= read -r line; do
        [ -z "$line" ] || printf '%s\n' "$line"
    done
}

say "This is your job script."
show "cat job.sh"
say "Look at a sweep of it: two environments, with two seeds each. Nothing is written."
show "heracles job.sh env=cheetah,walker 'seed=__randseed(2)__'"
say "Run it, two at a time. On a cluster, -r=sbatch submits it instead."
show "heracles job.sh -r=bash -j2 env=cheetah,walker 'seed=__randseed(2)__'"
say "What became of it, and why?"
show "heracles job.sh -s"
show "heracles job.sh --logs 3"
say "Mend that, and run again what failed, and nothing else."
show "echo walk > data/walker"
show "heracles job.sh --retry"
say "A large sweep, apart from the other one, is one short script and one job array."
show "heracles job.sh --name large -a -w env=cheetah,walker 'seed=__randseed(500)__'"
show "bash job_large_hydra.sh 999"
