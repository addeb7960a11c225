#!/bin/bash
#SBATCH -t 10
PARTS=(north south)
if [ ${#PARTS[@]} == 2 ]
then
  Rscript fit.R --part ${PARTS[1]}
else
  echo "which parts?"
fi
cd ..
