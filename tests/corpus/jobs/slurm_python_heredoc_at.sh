#!/bin/bash
#SBATCH --gres=gpu:1
source venv/bin/activate
python - "$@" <<EOF
import sys
print(sys.argv[1:])
EOF
