#!/bin/bash
#SBATCH --time=10:00
./a.out -n 100
mail -s "job $SLURM_JOB_ID finished" $USER < /dev/null
