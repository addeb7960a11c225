#!/bin/bash
#$ -S /bin/bash
#$ -cwd
#$ -V
module load R
Rscript power_analysis.R 100 0.05
qstat -j $JOB_ID | grep usage
