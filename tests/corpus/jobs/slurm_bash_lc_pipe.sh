#!/bin/bash
#SBATCH -N 1
srun bash -lc "module load conda && conda activate esm && python embed.py --fasta seqs.fa --out emb.pt" 2>&1 | tee embed.log
