#!/bin/bash
#SBATCH -c 8
module load gcc
gcc -O3 -o sim sim.c -lm && ./sim 100 > sim.out
