"""The enforcement case: parties, claims, property, seizure, documents and their service.

Floor 2. Words: case 案件, case number 案号, applicant 申请执行人, respondent 被执行人, claim 债权,
title 执行依据, property 财产, seizure 查封, fact 财产现状, document 文书, service 送达,
regime (pro rata or by seizure) 清偿方式.
"""
