#!/bin/bash
#SBATCH -c 8
matlab -nodesktop -r "run_all; exit" > matlab.out
