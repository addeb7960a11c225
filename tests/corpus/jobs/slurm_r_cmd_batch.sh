#!/bin/bash
#SBATCH -c 4
module load R
R CMD BATCH --no-save fit.R fit.Rout
