"""Valuation: how the reference price of a seized property is found. Floor 4.

The four methods stand on a ladder (negotiation, directed inquiry, online inquiry, commissioned
appraisal); the institutions of an appraisal are agreed by the parties or drawn by ``jdraw/v1``.

Words: reference price 处置参考价 · negotiation 当事人议价 · directed inquiry 定向询价 ·
online inquiry 网络询价 · commissioned appraisal 委托评估 · draw 摇号 ·
institution list, sub-list 名单分库, 子库 · commission 评估委托书 · objection 异议.

The law is 法释〔2018〕15号, rules ``REF-*``; how a draw and an appraisal are conducted
stands in the rules ``LOT-*``.
"""
