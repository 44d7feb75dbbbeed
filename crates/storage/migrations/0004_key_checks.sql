-- By which the server sees at its start that a key file is the one this database was used with. Not the key.
CREATE TABLE key_checks (
    name TEXT NOT NULL,
    number BIGINT NOT NULL,
    digest {bytes} NOT NULL,
    PRIMARY KEY (name, number)
);
