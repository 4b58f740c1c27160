"""Ledger: the court's two books of other people's money, in double entry and whole fen.

Floor 3. It may call cases, accounts, audit and the kernel; auction and settlement tell it what to
post and ask it what came in.

Words: book 账簿 · account 账户 · transfer 记账 (what is booked at once) · posting 分录 (one line of
it) · deposit 保证金 (a trust book apart from case money) · case money 案款 · expected payment
应收款 (with the reference its payer quotes) · held 暂存 · escrow 提存 · reversal 冲正.
"""
