#!/bin/bash
#PBS -l select=2:ncpus=64:mpiprocs=64
#PBS -A project
cd $PBS_O_WORKDIR
module load namd
aprun -n 128 namd2 +setcpuaffinity step7.conf > step7.log
exit
