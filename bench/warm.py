"""Imported once by the process that every lane of the ground truth is forked from: what a lane's processes need.

A lab, two servers and a check would start six interpreters, and spend a third of all processor time on imports. What is
here now is never collected, so that the forks go on sharing its memory.
"""

import gc

import jemaa.cli
import jemaa.cli_check
import jemaa.lab.middlebox
import jemaa.lab.services
import jemaa.lab.supervisor
import jemaa.serve

__all__ = ["jemaa"]

gc.collect()
gc.freeze()
