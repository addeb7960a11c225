#!/bin/bash
#SBATCH --array=1-10
CMD=$(sed -n "${SLURM_ARRAY_TASK_ID}p" commands.txt)
$CMD
