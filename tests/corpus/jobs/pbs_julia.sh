#!/bin/bash
#PBS -l ncpus=16
cd $PBS_O_WORKDIR
export JULIA_NUM_THREADS=16
julia --project sim.jl --L 128 --T 2.27
qstat -f $PBS_JOBID | grep resources_used
