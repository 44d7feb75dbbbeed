-- Four answers stand in records under the names that the API announces, beside the codes of their questions. All in one
-- statement, so that each record is read and written once.
UPDATE ideas SET wire = wire
    || CASE WHEN INSTR(wire, '"sub_processes":') = 0 THEN COALESCE(',"sub_processes":' || (('{' || wire || '}') -> '$."ovr-sub_processes"'), '') ELSE '' END
    || CASE WHEN INSTR(wire, '"studio_web_link":') = 0 THEN COALESCE(',"studio_web_link":' || (('{' || wire || '}') -> '$."ovr-overview_studio_web_link"'), '') ELSE '' END
    || CASE WHEN INSTR(wire, '"process_documents":') = 0 THEN COALESCE(',"process_documents":' || (('{' || wire || '}') -> '$."ovr-process_documents"'), '') ELSE '' END
    || CASE WHEN INSTR(wire, '"process_negative_impact":') = 0 THEN COALESCE(',"process_negative_impact":' || (('{' || wire || '}') -> '$."q2-process_negative_impact"'), '') ELSE '' END
WHERE INSTR(wire, '"ovr-sub_processes":') > 0
    OR INSTR(wire, '"ovr-overview_studio_web_link":') > 0
    OR INSTR(wire, '"ovr-process_documents":') > 0
    OR INSTR(wire, '"q2-process_negative_impact":') > 0;
