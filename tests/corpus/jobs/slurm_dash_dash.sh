#!/bin/bash
#SBATCH --time=10:00
srun --mpi=pmix -n 64 -- ./cfd -i case.in
