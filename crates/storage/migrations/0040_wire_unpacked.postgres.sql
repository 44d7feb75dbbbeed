-- Where a row is too long to be kept as it is, its content is packed, and put aside if that isn't enough, before any other of
-- its texts is: lists and exports show the wire form of every row and what stands around it, and only who works on one idea
-- reads its content. Two thirds of all rows had their wire form packed, and to unpack it was a third of what the engine took
-- to read them. What lies there already stays packed until its text is written anew.
ALTER TABLE ideas
    ALTER COLUMN wire SET STORAGE MAIN,
    ALTER COLUMN slug SET STORAGE MAIN,
    ALTER COLUMN name SET STORAGE MAIN,
    ALTER COLUMN name_key SET STORAGE MAIN,
    ALTER COLUMN search_key SET STORAGE MAIN,
    ALTER COLUMN collaborators SET STORAGE MAIN,
    ALTER COLUMN tags SET STORAGE MAIN,
    ALTER COLUMN priority SET STORAGE MAIN;
