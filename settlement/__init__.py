"""Settlement: the proceeds of a sale on their way from the court's account to those who are owed.

Floor 6. It may call auction, valuation, ledger, cases, accounts, audit and the kernel.

Words: claim 债权 (what a creditor is owed) · regime 受偿方式 (pro rata, or by order of seizure) ·
distribution plan 财产分配方案 (who gets what, line by line) · step 顺位 (of the ladder) ·
pot 可分金额 (the money that one group of equal rank shares) · objection 异议 · payout 发放 ·
held 暂存 (kept by the court for a reason) · escrow 提存 (kept for one who cannot take it).
"""
