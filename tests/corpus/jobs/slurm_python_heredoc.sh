#!/bin/bash
#SBATCH --time=10:00
module load python
python <<EOF
import numpy as np
print(np.random.rand())
EOF
