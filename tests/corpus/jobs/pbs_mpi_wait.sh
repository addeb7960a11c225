#!/bin/bash
#PBS -l nodes=2:ppn=8
#PBS -q batch
cd $PBS_O_WORKDIR
echo `date` on `hostname`
cat $PBS_NODEFILE
NPROCS=`wc -l < $PBS_NODEFILE`
mpirun -v -machinefile $PBS_NODEFILE -np $NPROCS ./a.out -i deck.inp
echo `date`
exit
