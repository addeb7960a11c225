#!/bin/bash
#SBATCH --gres=gpu:1
python - --epochs 10 <<'EOF'
import sys
print(sys.argv[1:])
EOF
