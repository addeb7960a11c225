#!/bin/bash
#SBATCH -c 8
module load matlab/R2023a
matlab -nodisplay -nosplash -batch "addpath('src'); fit_model('subject1', 3)"
