#!/bin/bash
#SBATCH --signal=B:USR1@120
requeue() {
    echo "time is nearly over"
    scontrol requeue "$SLURM_JOB_ID"
}
trap requeue USR1
srun python train.py --resume auto &
PID=$!
wait $PID
CODE=$?
echo "code $CODE"
exit $CODE
