#!/bin/bash
#PBS -l select=1:ncpus=1:mem=4gb:scratch_local=10gb
DATADIR=/storage/home/$USER/job
cp $DATADIR/input.dat $SCRATCHDIR || exit 2
cd $SCRATCHDIR
module add python
python $DATADIR/process.py --in input.dat --bins 50
cp out.dat $DATADIR || export CLEAN_SCRATCH=false
clean_scratch
