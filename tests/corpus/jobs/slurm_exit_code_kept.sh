#!/bin/bash
#SBATCH -t 04:00:00
set -u
mkdir -p out
./solver --mesh fine.msh --tol 1e-8 > out/solver.log
rc=$?
echo "solver ended with $rc at $(date)"
exit $rc
