#!/bin/zsh
for seed in {1..3}; do
  python train.py seed=$seed hydra.run.dir="out/$seed"
done
