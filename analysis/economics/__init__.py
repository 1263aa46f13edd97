"""What the trade buys: budgets, fleets, memory, throughput, cost of ownership, levers.

A model here is a plain function of named numbers (or arrays), with no constant in its body. What is generic
works on any such function: a range over the ends of its inputs (`ranges`), draws and rankings (`draws`), the
input that must be true (`solve`).
"""
