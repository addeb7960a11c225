#!/bin/bash
#SBATCH -c 4
set -x
{ time ./sim --steps 100 ; } 2> time.txt
