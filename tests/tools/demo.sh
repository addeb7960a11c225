#!/bin/bash
# Show what Heracles does, with the local bash in the place of a scheduler.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > sbatch.sh <<'SCRIPT'
#!/bin/bash
#SBATCH --time=6:00:00

echo "singularity exec apptainer.sif /YOUR_PROJECT/main.py"
SCRIPT

show() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

show "cat sbatch.sh"
show "heracles sbatch.sh env.num_envs=8,16,32 env.name=HalfCheetah,Reacher 'seed=__randseed(2)__'"
show "heracles sbatch.sh -r=bash env.num_envs=8,16,32 env.name=HalfCheetah,Reacher"
show "heracles sbatch.sh -r=bash env.num_envs=8,16,32 env.name=HalfCheetah,Reacher"
show "heracles sbatch.sh -s"
show "ls"
show "cat sbatch_hydra0.sh"
show "heracles sbatch.sh -d"
show "heracles sbatch.sh -a -w env.num_envs=8,16,32 env.name=HalfCheetah,Reacher 'seed=__randseed(2)__'"
show "cat sbatch_hydra.sh"
show "bash sbatch_hydra.sh 11"
show "heracles sbatch.sh -d"
