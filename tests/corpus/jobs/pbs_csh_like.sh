#!/bin/bash
#PBS -l walltime=0:10:00
cd $PBS_O_WORKDIR
qstat -f $PBS_JOBID
qsub next_job.pbs
