#!/bin/bash
#PBS -l select=1:ncpus=4:scratch_local=10gb
trap 'clean_scratch' TERM EXIT
DATADIR=/storage/$PBS_O_LOGNAME
cp -r $DATADIR/input $SCRATCHDIR || { echo "copy failed" >&2; exit 2; }
cd $SCRATCHDIR
python3 solve.py input || { echo >&2 "failed with $?"; exit 3; }
cp -r output $DATADIR/ || export CLEAN_SCRATCH=false
