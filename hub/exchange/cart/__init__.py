"""Applications (申请车): one purpose and basis for items of many providers, from draft to answers."""
