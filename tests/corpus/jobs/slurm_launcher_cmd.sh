#!/bin/bash
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
export MASTER_ADDR=$(scontrol show hostnames $SLURM_JOB_NODELIST | head -n 1)
export LAUNCHER="python -m torch.distributed.run --nproc_per_node 4 --nnodes $SLURM_NNODES --rdzv_endpoint $MASTER_ADDR:6000"
export CMD="pretrain_gpt.py --num-layers 24 --hidden-size 1024"
echo $CMD
srun --jobid $SLURM_JOBID bash -c "$LAUNCHER --node_rank \$SLURM_PROCID $CMD" 2>&1 | tee -a main_log.txt
