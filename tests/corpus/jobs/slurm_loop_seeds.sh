#!/bin/bash
#SBATCH --array=0-4
#SBATCH --time=3:00:00
module load anaconda
for seed in 1 2 3
do
    python ppo.py --env HalfCheetah-v4 --seed $seed
done
