-- Four answers stand in records under the names that the API announces, beside the codes of their questions.
UPDATE ideas SET wire = COALESCE(wire || ',"sub_processes":' || (('{' || wire || '}') -> '$."ovr-sub_processes"'), wire)
WHERE INSTR(wire, '"ovr-sub_processes":') > 0 AND INSTR(wire, '"sub_processes":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"studio_web_link":' || (('{' || wire || '}') -> '$."ovr-overview_studio_web_link"'), wire)
WHERE INSTR(wire, '"ovr-overview_studio_web_link":') > 0 AND INSTR(wire, '"studio_web_link":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"process_documents":' || (('{' || wire || '}') -> '$."ovr-process_documents"'), wire)
WHERE INSTR(wire, '"ovr-process_documents":') > 0 AND INSTR(wire, '"process_documents":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"process_negative_impact":' || (('{' || wire || '}') -> '$."q2-process_negative_impact"'), wire)
WHERE INSTR(wire, '"q2-process_negative_impact":') > 0 AND INSTR(wire, '"process_negative_impact":') = 0;
