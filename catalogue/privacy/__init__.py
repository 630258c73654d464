"""Personal information and secrecy marks in texts, columns and descriptions: detectors, thresholds. Pure, no I/O."""
