#!/bin/bash
#PBS -l walltime=10:00:00
cd $PBS_O_WORKDIR
./solve -r 3 -t 1e-6 | tee solve.log
