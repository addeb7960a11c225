#!/bin/bash
#SBATCH --nodes=1
setup_env() {
  source /opt/env.sh
  export FOO=1
}
setup_env
srun bash -c 'source /opt/env.sh; python train.py --rank $SLURM_PROCID'
echo "exit $?"
