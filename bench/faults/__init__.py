"""The daemon under attack: killed, starved of disk, lied to by the kernel; and whether anything that it accepted was lost.

.venv/bin/python -m bench.faults --way smtp --database sqlite --kills 100 --messages 2000 --seed 1
.venv/bin/python -m bench.faults.syscalls --points 40
.venv/bin/python -m bench.faults.disk
"""
