#!/bin/bash
#SBATCH --time=10:00
. /etc/profile.d/modules.sh
module load gcc
exec ./mc --temperature 2.3
