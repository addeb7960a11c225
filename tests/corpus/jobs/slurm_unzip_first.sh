#!/bin/bash
#SBATCH --gres=gpu:1
unzip -q data.zip -d $TMPDIR
wget -q https://example.org/weights.pt -O $TMPDIR/w.pt
python infer.py --weights $TMPDIR/w.pt --threshold 0.5
