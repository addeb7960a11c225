#!/bin/bash
#$ -t 1-50
#$ -tc 10
#$ -o logs/$JOB_NAME.$TASK_ID.out
#$ -j y
args=($(sed -n "${SGE_TASK_ID}p" grid.csv | tr ',' ' '))
Rscript --vanilla sim.R "${args[@]}"
