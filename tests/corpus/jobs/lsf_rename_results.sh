#!/bin/bash
#BSUB -J topo
#BSUB -W 4:00
python topo_opt.py --volfrac 0.4 --penal 3
mv result.vtk result_$LSB_JOBID.vtk
ls -lh
