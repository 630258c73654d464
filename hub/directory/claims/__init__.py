"""What stands behind an exemption record: claims, assessments, referrals, overrides, and the history of each."""
