#!/bin/bash
#SBATCH --gres=gpu:1
case $DATASET in
  mnist) python train_mnist.py ;;
  cifar) python train_cifar.py ;;
esac
