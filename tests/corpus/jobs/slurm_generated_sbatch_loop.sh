#!/bin/bash
for lr in 0.1 0.01; do
  for seed in 1 2; do
    cat > job_${lr}_${seed}.sh <<EOT
#!/bin/bash
#SBATCH --gpus=1
python train.py --lr $lr --seed $seed
EOT
    sbatch job_${lr}_${seed}.sh
  done
done
