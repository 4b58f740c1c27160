"""Pure rules on people: identity numbers, words one signs in with, roles, approvals, addresses."""
