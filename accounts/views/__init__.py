"""The pages of accounts: signing in and registering, one's own account, the approvals desk."""
