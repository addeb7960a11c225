#!/bin/bash
#PBS -l nodes=1:ppn=12
cd $PBS_O_WORKDIR
./lattice --beta 5.7
STATUS=$?
if [ $STATUS -ne 0 ]; then
  echo "lattice failed: $STATUS"
fi
tar czf out.tgz out
exit $STATUS
