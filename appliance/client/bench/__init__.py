"""The benchmark: what the appliance does on this machine, each figure beside a control that was measured with it.

Everything under measurement runs in a process of its own and is reached through the wire only.
"""
