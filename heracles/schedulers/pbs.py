"""PBS: its words, from the PBS Professional User's Guide, "Job Arrays", and qsub(1B) of OpenPBS."""

from heracles.schedulers.scheduler import Scheduler

__all__ = ["Pbs"]


class Pbs(Scheduler):
    """PBS Professional, OpenPBS and Torque's relatives of it."""

    key = "pbs"
    name = "PBS"
    prefix = "#PBS"
    joins = True
    submit = "qsub"
    delete = "qdel"
    job_id = r"(\d+)(?:\[\])?(?:\.\S+)?"
    array_options = ("-J",)
    array_word = r"-J(?P<value>.*)"
    task = "PBS_ARRAY_INDEX"
    job = "PBS_JOBID"
    single = True
    fewest = 2
    most = 10_000
    offset = "index"
    log = ("-o",)
    error_log = ("-e",)
    job_name = ("-N",)
    submit_folder_variable = "PBS_O_WORKDIR"

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        limit = f"%{throttle}" if throttle else ""
        return ("-J", f"{first}-{last}{limit}")
