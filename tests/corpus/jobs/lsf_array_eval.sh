#!/bin/bash
#BSUB -J "fit[1-10]"
#BSUB -o logs/%J.%I.out
#BSUB -n 4
export OMP_NUM_THREADS=4
PARAM=$(awk "NR==$LSB_JOBINDEX" params.txt)
python fit.py $PARAM
status=$?
echo "status $status"
exit $status
