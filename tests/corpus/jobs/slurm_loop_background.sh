#!/bin/bash
#SBATCH --ntasks=4
for i in $(seq 0 3); do
  srun --exclusive -n 1 python work.py --part $i &
done
wait
