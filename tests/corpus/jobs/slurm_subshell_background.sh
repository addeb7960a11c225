#!/bin/bash
#SBATCH -c 4
( cd run1 && ./sim input.nml > out.log 2>&1 ) &
wait
