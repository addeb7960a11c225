#!/bin/bash
#SBATCH -c 8
make -j 8 && ./bench --reps 5
