-- Rows of two or three kilobytes are kept as they are: packed, as they would be from two on, they take half the room, but
-- each look at one unpacks it, which is more than half of what a list of them costs.
ALTER TABLE ideas SET (toast_tuple_target = 8160);
