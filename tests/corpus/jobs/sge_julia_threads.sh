#!/bin/bash
#$ -pe smp 8
#$ -l h_vmem=4G
source ~/.bash_profile
export JULIA_NUM_THREADS=$NSLOTS
julia --project=. -O3 main.jl --n 100
qstat -j $JOB_ID | grep usage
