#!/bin/bash
#SBATCH --nodes=2
cat > $TMPDIR/run.sh <<EOF
source venv/bin/activate
python train.py --data $DATA
EOF
srun --ntasks=2 bash $TMPDIR/run.sh
rm $TMPDIR/run.sh
