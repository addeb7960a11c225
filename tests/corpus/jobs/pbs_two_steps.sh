#!/bin/bash
#PBS -l walltime=10:00:00
cd $PBS_O_WORKDIR
./prepare_mesh -r 3
./solve -r 3
rm -f *.tmp
