#!/bin/bash
#PBS -l walltime=10:00:00
module load R
cd $PBS_O_WORKDIR
for chr in $(seq 1 22); do
    Rscript assoc.R --chr $chr --maf 0.01
done
