#!/bin/bash
#$ -S /bin/bash
#$ -t 1-100
#$ -cwd
. /etc/profile.d/modules.sh
SEED=$(head -n "$SGE_TASK_ID" seeds.txt | tail -n 1)
~/bin/evolve --seed "$SEED" -o "out.$SGE_TASK_ID"
