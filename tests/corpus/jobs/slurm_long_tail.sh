#!/bin/bash
#SBATCH --gres=gpu:1
python train.py --alpha 0.5
RC=$?
END=$(date +%s)
printf 'took %d s\n' "$((END - ${START:-END}))"
ls -l out | wc -l
df -h .
unset RC_FILE
true
exit $RC
