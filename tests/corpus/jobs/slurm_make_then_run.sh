#!/bin/bash
#SBATCH -c 4
make clean
make -j 4
./bench --reps 10
