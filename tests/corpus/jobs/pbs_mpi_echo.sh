#!/bin/bash
#PBS -l select=4:ncpus=32:mpiprocs=32
#PBS -l walltime=02:00:00
cd $PBS_O_WORKDIR
NP=$(wc -l < $PBS_NODEFILE)
echo "running on $NP cores"
mpirun -np $NP -machinefile $PBS_NODEFILE ./wave3d --order 4
echo "done"
