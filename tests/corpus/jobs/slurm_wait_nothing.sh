#!/bin/bash
#SBATCH --ntasks=1
#SBATCH --time=1:00:00
module load R/4.3
Rscript simulate.R --n 1000 --rho 0.5
wait
