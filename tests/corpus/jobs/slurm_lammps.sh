#!/bin/bash
#SBATCH --ntasks=64
module load lammps
srun lmp -in in.lj -var T 1.0 -log lj.log
