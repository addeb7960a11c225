#!/bin/bash
#PBS -N flow
#PBS -l select=2:ncpus=16:mpiprocs=16
#PBS -l walltime=12:00:00
#PBS -j oe
cd "$PBS_O_WORKDIR" || exit 1
NP=$(wc -l < "$PBS_NODEFILE")
uniq "$PBS_NODEFILE" > nodes.txt
mpiexec -machinefile nodes.txt -np "$NP" ./flow case.cfg > flow.log 2>&1
qstat -f "$PBS_JOBID"
rm -f nodes.txt
