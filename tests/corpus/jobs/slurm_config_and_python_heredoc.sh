#!/bin/bash
#SBATCH --time=10:00
python - <<'EOF'
import json
json.dump({"a": 1}, open("c.json", "w"))
EOF
python train.py --config c.json
