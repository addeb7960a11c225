#!/bin/bash
#SBATCH --nodes=2
module load parallel
parallel --sshloginfile hosts -j 2 ./run_one.sh {} ::: a b c d
