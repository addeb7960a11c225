#!/bin/bash
#SBATCH -c 1
nohup ./model --years 10 > model.log 2>&1 &
wait $!
exit $?
