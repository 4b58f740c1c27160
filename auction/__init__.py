"""Judicial auction (floor 5): lots, notices, registration, bids, outcome, rounds, delivery.

What is for sale is a lot (标的物); each attempt to sell it is a sale: first auction (一拍), second
(二拍), sell-off (变卖). Bidders (竞买人) stand behind random codes (竞买代码) until the end. The
start price (起拍价) is the reserve (保留价): one figure. A bid (出价) in the last five minutes
brings an extension (延时). A sale ends sold (成交) or failed (流拍); it may be suspended (暂缓,
中止) or withdrawn (撤回) before. A buyer who does not pay is in default (悔拍).
"""
