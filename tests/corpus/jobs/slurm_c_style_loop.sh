#!/bin/bash
#SBATCH --ntasks=4
for ((i = 0; i < 4; i++)); do
  ./work --part $i
done
