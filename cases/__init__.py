"""The enforcement case: parties, claims, property, seizure, documents and their service.

Floor 2. Words: case 案件, applicant 申请执行人, respondent 被执行人, claim 债权, property 财产, seizure 查封, service 送达.
"""
