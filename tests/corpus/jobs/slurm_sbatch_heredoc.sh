#!/bin/bash
for lr in 0.1 0.01; do
sbatch <<EOF
#!/bin/bash
#SBATCH --gres=gpu:1
python train.py --lr $lr
EOF
done
