"""What runs inside the walls: the warm process, the worker, and the wire's shared end.

Inside, this folder is the package `inside`, beside `nndl`; nothing else of the kit is there.
The grader imports `wire` and `peer` from here too, since both ends speak the same language.
"""
