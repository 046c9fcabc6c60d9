SELECT 1 FROM impressions WHERE elapsed_source = 'timestamps' OR conflicts > 0 OR after_limit > 0 LIMIT 1
