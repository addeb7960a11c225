#!/bin/bash
#SBATCH --ntasks=64
module load qe
pw.x < scf.in > scf.out
