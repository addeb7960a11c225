#!/bin/bash
#SBATCH -c 2
octave --no-gui < run.m
