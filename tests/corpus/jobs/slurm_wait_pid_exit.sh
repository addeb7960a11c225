#!/bin/bash
#SBATCH --signal=B:TERM@120
trap 'kill -TERM $PID' TERM
python train.py --save-on-term &
PID=$!
wait $PID
wait $PID
exit $?
