#!/bin/bash
#PBS -l nodes=1:ppn=12
cd $PBS_O_WORKDIR
module load ansys
fluent 3ddp -g -t12 -i journal.jou > fluent.out
