-- Rows of up to four kilobytes, two on a page, are kept as they are. Packed, as they would be from two on, they take a fifth
-- less room, but each look at one unpacks it, which is a third of what a list of them costs. What lies there already
-- stays packed until its text is written anew.
ALTER TABLE ideas SET (toast_tuple_target = 4080);
