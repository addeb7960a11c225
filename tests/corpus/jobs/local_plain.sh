#!/bin/bash
python train.py --epochs 1
