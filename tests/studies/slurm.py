"""A Slurm of one node, which a test starts and stops: controller, node and munge, all in a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "srun", "sinfo")

CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={port}
SlurmdPort={node_port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,batch_sched_delay=0
MinJobAge=86400
DefMemPerCPU=500
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str:
    """Say why no Slurm can be started here; nothing if one can."""
    if absent := [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]:
        return f"{', '.join(absent)} not installed (Debian: slurm-wlm and munge)"
    if os.geteuid() != 0:
        return "slurmd has to be started by root"
    return ""


def search_path() -> str:
    """Give the folders of programs, with those of the system's services, which are not everybody's."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class Slurm:
    """The node, and how to speak to it.

    Parameters
    ----------
    folder
        A folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PATH": search_path(), "SLURM_CONF": str(folder / "slurm.conf")}
        self.services: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start its services, each as a process of this one, and wait until it takes jobs."""
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        host = subprocess.run(["hostname", "-s"], capture_output=True, text=True, check=True).stdout.strip()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        port = 20000 + os.getpid() % 20000
        text = CONFIGURATION.format(
            host=host, folder=self.folder, cores=os.cpu_count(), memory=memory - 100, port=port, node_port=port + 1
        )
        (self.folder / "slurm.conf").write_text(text, encoding="utf-8")
        # The plugin starts a job's step without Slurm's variables, and so without the one that says where this one is.
        programs = self.folder / "bin"
        programs.mkdir()
        inside = (
            f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun", path=search_path())} "$@"\n'
        )
        (programs / "srun").write_text(inside, encoding="utf-8")
        (programs / "srun").chmod(0o755)
        self.environment["PATH"] = os.pathsep.join([str(programs), self.environment["PATH"]])
        key = self.folder / "munge.key"
        subprocess.run(["mungekey", "--create", f"--keyfile={key}"], env=self.environment, check=True)
        munge = [f"--{name}={self.folder}/munge.{name.split('-')[0]}" for name in ("key-file", "socket", "pid-file")]
        munge += [f"--log-file={self.folder}/munge.log", f"--seed-file={self.folder}/munge.seed"]
        for command in (["munged", "--foreground", "--force", *munge], ["slurmctld", "-D", "-c"], ["slurmd", "-D"]):
            log = (self.folder / f"{command[0]}.said").open("wb")
            self.services.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))
            time.sleep(1)
        until = time.monotonic() + 60
        while "idle" not in (said := self.said("sinfo", "-h", "-o", "%T")):
            if time.monotonic() > until:
                logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
                raise RuntimeError(f"Slurm takes no jobs: {said}\n{logs}")
            time.sleep(1)

    def said(self, *command: str) -> str:
        """Give what one of its programs says."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout

    def stop(self) -> None:
        """Stop its services, the last first."""
        for service in reversed(self.services):
            service.terminate()
        for service in self.services:
            try:
                service.wait(20)
            except subprocess.TimeoutExpired:
                service.kill()
                service.wait()
