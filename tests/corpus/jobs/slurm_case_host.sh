#!/bin/bash
#SBATCH --gres=gpu:1
case "$(hostname)" in
    gpu*) module load cuda ;;
    *)    module load rocm
          export HSA_OVERRIDE=1 ;;
esac
python3.11 -u train.py --amp # --compile
