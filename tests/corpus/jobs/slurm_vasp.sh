#!/bin/bash
#SBATCH --ntasks=64
module load vasp
srun vasp_std
