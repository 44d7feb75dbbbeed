-- Where a row is too long to be kept as it is, its content is packed, and put aside if that isn't enough, before its wire form
-- is: lists and exports show the wire form of every row, and only who works on one idea reads its content. Two thirds of all
-- rows had theirs packed, and to unpack it was a third of what the engine took to read them. What lies there already stays
-- packed until its text is written anew.
ALTER TABLE ideas ALTER COLUMN wire SET STORAGE MAIN;
