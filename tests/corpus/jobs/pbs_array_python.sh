#!/bin/sh
#PBS -J 0-9
#PBS -l walltime=1:00:00
cd $PBS_O_WORKDIR
. venv/bin/activate
python fit.py --fold $PBS_ARRAY_INDEX >fit.$PBS_ARRAY_INDEX.log 2>&1
exit $?
