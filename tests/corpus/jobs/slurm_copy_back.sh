#!/bin/bash
#SBATCH --tmp=100G
#SBATCH --time=6:00:00
WORK=$TMPDIR/$SLURM_JOB_ID
mkdir -p $WORK
cp -r $HOME/project/data $WORK/
cd $WORK
python $HOME/project/segment.py --data data --depth 5
rsync -a results/ $HOME/project/results/$SLURM_JOB_ID/
rm -rf $WORK
