#!/bin/bash
#SBATCH --time=10:00
#SBATCH --licenses=matlab
module load matlab
matlab -nodisplay -nosplash -r "run_experiment; exit"
