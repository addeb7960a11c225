#!/bin/bash
#SBATCH -c 2
module load R/4.3
export R_LIBS_USER=~/R
R --vanilla --no-echo --args 10 20 < fit.R > fit.log
